"""Arrays of NumPy archives are what NumPy wrote."""

import hypothesis
import numpy as np
from hypothesis import strategies
from hypothesis.extra import numpy as arrays

from elastic_infogan_tf.data.sets import npz

_SHAPES = arrays.array_shapes(min_dims=2, max_dims=5, min_side=0, max_side=6)
_few = hypothesis.settings(max_examples=30, deadline=None)


@_few
@hypothesis.given(
    array=arrays.arrays(arrays.integer_dtypes() | arrays.unsigned_integer_dtypes(), _SHAPES),
    compress=strategies.booleans(),
)
def test_arrays_of_numpy_archives(tmp_path_factory, array, compress):
    path = tmp_path_factory.getbasetemp() / "array.npz"
    (np.savez_compressed if compress else np.savez)(path, a=array, b=array.T)
    stored, names = npz.read_arrays(path, ("b", "a", "c"))
    assert sorted(stored) == names == ["a", "b"]
    np.testing.assert_array_equal(stored["a"], array)
    np.testing.assert_array_equal(stored["b"], array.T)
