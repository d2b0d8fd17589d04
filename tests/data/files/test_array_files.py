"""Arrays of MATLAB files and NumPy archives are what their own libraries wrote."""

import io

import hypothesis
import numpy as np
import scipy.io
from hypothesis import strategies
from hypothesis.extra import numpy as arrays

from elastic_infogan_tf.data.files import mat_file
from elastic_infogan_tf.data.sets import npz

_SHAPES = arrays.array_shapes(min_dims=2, max_dims=5, min_side=0, max_side=6)
_UINT8 = arrays.arrays(np.uint8, _SHAPES)
_few = hypothesis.settings(max_examples=30, deadline=None)


@_few
@hypothesis.given(
    array=_UINT8,
    other=arrays.arrays(strategies.sampled_from([np.float64, np.int16, np.uint8]), (2, 3)),
    name=strategies.from_regex(r"[a-z][a-z0-9_]{0,30}", fullmatch=True).filter("other".__ne__),
    compress=strategies.booleans(),
)
def test_arrays_of_matlab_files(tmp_path_factory, array, other, name, compress):
    path = tmp_path_factory.getbasetemp() / "array.mat"
    file = io.BytesIO()
    scipy.io.savemat(file, {"other": other, name: array}, do_compression=compress)
    path.write_bytes(file.getvalue())
    found = mat_file.find_array(path, name)
    assert (found.dtype, found.shape) == ("uint8", array.shape)
    np.testing.assert_array_equal(found.read(), array)
    assert mat_file.find_array(path, "other").dtype == other.dtype.name
    assert mat_file.find_array(path, f"{name}x") is None


@_few
@hypothesis.given(
    array=arrays.arrays(arrays.integer_dtypes() | arrays.unsigned_integer_dtypes(), _SHAPES),
    compress=strategies.booleans(),
)
def test_arrays_of_numpy_archives(tmp_path_factory, array, compress):
    path = tmp_path_factory.getbasetemp() / "array.npz"
    (np.savez_compressed if compress else np.savez)(path, a=array, b=array.T)
    found, names = npz.read_arrays(path, ("b", "a", "c"))
    assert sorted(found) == names == ["a", "b"]
    np.testing.assert_array_equal(found["a"], array)
    np.testing.assert_array_equal(found["b"], array.T)
