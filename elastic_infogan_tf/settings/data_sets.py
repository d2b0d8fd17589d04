"""The table of data sets: a row says where the images come from and how they are learned.

Presets are marked published (printed in the paper or its supplement), official (what the authors'
MNIST code does) or ours (both are silent).
"""

import dataclasses
from typing import Any

from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.settings import transforms
from elastic_infogan_tf.settings.methods import GENTLE_START
from elastic_infogan_tf.utils.text import did_you_mean

BUILTIN = "built-in (synthetic)"  # the source of images that come with the package


@dataclasses.dataclass(frozen=True)
class Source:
    """Where one data set comes from and where its files belong.

    Attributes:
        title: the data set in words.
        place: its file or folder below the data folder.
        layout: the files below the data folder, in words.
        url: of the file or archive; empty where it has no lasting one.
        sha256: of what `url` gives, hexadecimal, or None where unknown.
        request: where to ask for data that is handed out on request only, and so never downloaded.
    """

    title: str
    place: str
    layout: str
    url: str
    sha256: str | None = None
    request: str | None = None


# The file that `keras.datasets.mnist.load_data` fetches, and Keras' checksum of it.
MNIST = Source(
    title="MNIST",
    place="mnist.npz",
    layout="mnist.npz, as Keras stores it",
    url="https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz",
    sha256="731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1",
)
# Of CARS, CHAIRS, SHAPENET and YOUTUBE_FACES neither address nor content was verified.
CARS = Source(
    title="3D Cars (Reed et al., 'Deep Visual Analogy-Making', NIPS 2015)",
    place="cars",
    layout="cars/car_NNN_mesh.mat",
    url="http://www.scottreed.info/files/nips2015-analogy-data.tar.gz",
)
CHAIRS = Source(
    title="3D Chairs (Aubry et al., 'Seeing 3D Chairs', CVPR 2014)",
    place="rendered_chairs",
    layout="rendered_chairs/<model>/renders/image_NNN_pPPP_tTTT_rRRR.png",
    url="https://www.di.ens.fr/willow/research/seeing3Dchairs/data/rendered_chairs.tar",
)
# The archive's address asks for no registration; the terms of ShapeNet, whose models it shows, do.
SHAPENET = Source(
    title="ShapeNet renderings (Choy et al., '3D-R2N2', ECCV 2016)",
    place="ShapeNetRendering",
    layout="ShapeNetRendering/<synset>/<model>/rendering/NN.png",
    url="http://cvgl.stanford.edu/data2/ShapeNetRendering.tgz",
    request="register at https://shapenet.org/ and accept ShapeNet's terms",
)
# The page has a form, which answers with the password of a download server, whose address has
# changed before.
YOUTUBE_FACES = Source(
    title="YouTube Faces (Wolf, Hassner, Maoz, CVPR 2011)",
    place="YouTubeFaces",
    layout="YouTubeFaces/frame_images_DB/<Name>/<video>/<video>.<frame>.jpg and "
    "<Name>.labeled_faces.txt",
    url="",
    request="fill in the form at https://www.cs.tau.ac.il/~wolf/ytfaces/",
)


SOURCE_KINDS = ("auto", "original", "builtin")
_ANY_NAME = ":NAME"  # ends the row of a whole family of data sets


@dataclasses.dataclass(frozen=True)
class DataSet:
    """One row.

    Attributes:
        loader: module of `elastic_infogan_tf.data.sets` with a function `from_settings`; a name
            with a dot is a module of anyone's.
        networks: kind of the networks, `infogan` (28x28) or `stackgan` (64x64 and 128x128).
        image_shape: height, width and channels, of the first stage where there are two.
        num_classes: K, the number of classes and so of codes.
        augmentation: the identity-preserving transforms.
        preset: settings that its runs have by default, by name.
        stronger: transforms for methods that learn from them alone; None: the same.
        source: where the files come from; None where there are none to get.
        in_paper: whether the paper's tables have a column of it.
        gives_classes: whether K follows from the classes (those of the paper, or the ids).
        loads_num_classes: whether `num_classes` says how many of its classes are loaded.
        class_sets: number of published class sets.
        splits: number of published splits; 0: the images are taken as they come.
        seeds: that the paper's protocol takes of each split.
        images_per_class: for estimates; empty where only the files can tell.
        has_builtin: whether synthetic images of it come with the package.
        is_own_files: whether `--data_dir` is the user's own images and not data of a known layout.
        few_images: whether a discriminator memorises its images.
        fixed_size: whether its loader makes images of `image_shape` only.
        laptop_flagfile: the shipped one that takes minutes without a GPU, or None.
    """

    loader: str
    networks: str
    image_shape: tuple[int, int, int]
    num_classes: int
    augmentation: transforms.Augmentation
    preset: dict[str, Any]
    stronger: transforms.Augmentation | None = None
    source: Source | None = None
    in_paper: bool = False
    gives_classes: bool = False
    loads_num_classes: bool = False
    class_sets: int = 1
    splits: int = 0
    seeds: int = 1
    images_per_class: tuple[int, ...] = ()
    has_builtin: bool = False
    is_own_files: bool = False
    few_images: bool = False
    fixed_size: bool = False
    laptop_flagfile: str | None = None

    @property
    def leaves_codes_open(self) -> bool:
        """Whether any K goes with the same images."""
        return not (self.gives_classes or self.loads_num_classes)


# Noise official; batch and epochs published; T = 1 official; transforms official.
_MNIST = DataSet(
    loader="mnist",
    networks="infogan",
    image_shape=(28, 28, 1),
    num_classes=10,
    augmentation=transforms.DIGITS,
    stronger=transforms.DIGITS_STRONGER,
    preset={"noise_dim": 62, "batch_size": 64, "epochs": 200, "contrastive_temperature": 1.0},
    source=MNIST,
    in_paper=True,
    gives_classes=True,
    splits=50,
)
# Networks, noise, batch and epochs published; T (the official code's default) and transforms ours.
_CHAIRS = DataSet(
    loader="chairs",
    networks="stackgan",
    image_shape=(64, 64, 3),
    num_classes=10,
    augmentation=transforms.RENDERED,
    stronger=transforms.RENDERED_STRONGER,
    preset={"noise_dim": 100, "batch_size": 50, "epochs": 600, "contrastive_temperature": 0.5},
    source=CHAIRS,
    in_paper=True,
    gives_classes=True,
    class_sets=5,
    splits=5,
    images_per_class=(62,) * 10,
    few_images=True,
    fixed_size=True,
)
# Anyone's own images (ours): by the method that is the best for them (docs/results/own_images.md).
# Steps, because folders have any number of images.
_OWN = DataSet(
    loader="image_folder",
    networks="stackgan",
    image_shape=(64, 64, 3),
    num_classes=10,
    augmentation=transforms.PHOTOS,
    stronger=transforms.PHOTOS_STRONGER,
    preset={
        **_CHAIRS.preset,
        **GENTLE_START,
        "method": "clustered_infogan",
        "epochs": None,
        "steps": 6000,
    },
    few_images=True,
)

# The paper's, in its order, then ours.
DATA_SETS: dict[str, DataSet] = {
    "mnist": _MNIST,
    # The second stage, noise and batch published; the second stage's size is not printed and ours;
    # "until convergence", so the epochs are ours. Images: the mean of the whole data set's frames a
    # person.
    "youtube_faces": DataSet(
        loader="youtube_faces",
        networks="stackgan",
        image_shape=(64, 64, 3),
        num_classes=40,
        augmentation=transforms.FACES,
        stronger=transforms.FACES_STRONGER,
        preset=_CHAIRS.preset | {"epochs": 200, "second_stage_size": 128},
        source=YOUTUBE_FACES,
        in_paper=True,
        seeds=5,
        loads_num_classes=True,
        images_per_class=(390,) * 40,
    ),
    # As chairs; the trunk's updates ours (docs/deviations.md).
    "cars": dataclasses.replace(
        _CHAIRS,
        loader="cars",
        augmentation=transforms.RENDERED_CARS,
        preset=_CHAIRS.preset | {"trunk_updates": "all"},
        source=CARS,
        images_per_class=(24 * 4,) * 10,
        has_builtin=True,
        laptop_flagfile="cars_laptop.flags",
    ),
    "chairs": _CHAIRS,
    # Networks and noise published, the rest as chairs (ours) but for the epochs: five whole
    # categories are some 300,000 images, 24 views of each of 3D-R2N2's models.
    "shapenet": dataclasses.replace(
        _CHAIRS,
        loader="shapenet",
        num_classes=5,
        preset=_CHAIRS.preset | {"epochs": 10},
        source=SHAPENET,
        class_sets=1,
        splits=1,
        seeds=5,
        images_per_class=tuple(24 * models for models in (7496, 6778, 2318, 3173, 8509)),
        few_images=False,
    ),
    # MNIST's settings on scikit-learn's bundled digits, but for the start of so few images (ours).
    "digits": dataclasses.replace(
        _MNIST,
        loader="digits",
        preset={**_MNIST.preset, **GENTLE_START},
        source=None,
        in_paper=False,
        laptop_flagfile="digits_laptop.flags",
        images_per_class=(178, 182, 177, 183, 181, 182, 181, 179, 174, 180),
    ),
    "image_folder": dataclasses.replace(
        _OWN, is_own_files=True, laptop_flagfile="own_images_laptop.flags"
    ),
    "npz": dataclasses.replace(_OWN, loader="npz", is_own_files=True),
    # NAME stands for any data set of tensorflow-datasets.
    "tfds:NAME": dataclasses.replace(_OWN, loader="tfds_images"),
}


def data_set(name: str | None) -> DataSet:
    """Returns the row of a data set as `find_data_set`, or refuses a name that has none."""
    row = find_data_set(name)
    if row is None:
        raise UsageError(
            f"--dataset must be one of {', '.join(DATA_SETS)}. Received: {name}"
            f"{did_you_mean(name, DATA_SETS)}"
        )
    return row


def find_data_set(name: Any) -> DataSet | None:
    """Returns the row of a data set by its key or, of a family, by any name after the colon."""
    if not isinstance(name, str):  # as a file may have it
        return None
    family, colon, member = name.partition(":")
    return DATA_SETS.get(f"{family}{_ANY_NAME}" if colon and member else name)
