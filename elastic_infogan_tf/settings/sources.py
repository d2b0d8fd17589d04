"""Where the data sets come from: addresses, checksums and places, a column of `DATA_SETS`.

No address here could be tried while this was written. That of MNIST is Keras' own; the others are
quoted as other public projects quote them. Their authors publish no checksums, and what has none is
not downloaded by `tools.prepare_data`, which says its address.
"""

import dataclasses

BUILTIN = "built-in (synthetic)"  # the source of images that come with the package


@dataclasses.dataclass(frozen=True)
class Source:
    """Where one data set comes from and where its files belong.

    Attributes:
        title: the data set in words.
        place: its file or folder below the data folder.
        layout: the files below the data folder, in words.
        url: of the file or archive; empty where it has no lasting one.
        sha256: of what `url` gives, 64 hexadecimal digits, or None where unknown.
        request: where to ask for the data and why, for data that is handed out on request only and
            therefore never downloaded here; None for data that is free to download.
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
# Not verified: address, content and checksum.
CARS = Source(
    title="3D Cars (Reed et al., 'Deep Visual Analogy-Making', NIPS 2015)",
    place="cars",
    layout="cars/car_NNN_mesh.mat",
    url="http://www.scottreed.info/files/nips2015-analogy-data.tar.gz",
)
# Not verified: address, content and checksum.
CHAIRS = Source(
    title="3D Chairs (Aubry et al., 'Seeing 3D Chairs', CVPR 2014)",
    place="rendered_chairs",
    layout="rendered_chairs/<model>/renders/image_NNN_pPPP_tTTT_rRRR.png",
    url="https://www.di.ens.fr/willow/research/seeing3Dchairs/data/rendered_chairs.tar",
)
# Not verified: addresses and content. The archive's own address asks for no registration, but
# ShapeNet's terms do, and the renderings are made from its models.
SHAPENET = Source(
    title="ShapeNet renderings (Choy et al., '3D-R2N2', ECCV 2016)",
    place="ShapeNetRendering",
    layout="ShapeNetRendering/<synset>/<model>/rendering/NN.png",
    url="http://cvgl.stanford.edu/data2/ShapeNetRendering.tgz",
    request="register at https://shapenet.org/ and accept ShapeNet's terms",
)
# Not verified: address and content. The page has a form, which answers with the password of a
# download server; that server's address has changed before, so the page is what is named.
YOUTUBE_FACES = Source(
    title="YouTube Faces (Wolf, Hassner, Maoz, CVPR 2011)",
    place="YouTubeFaces",
    layout="YouTubeFaces/frame_images_DB/<Name>/<video>/<video>.<frame>.jpg and "
    "<Name>.labeled_faces.txt",
    url="",
    request="fill in the form at https://www.cs.tau.ac.il/~wolf/ytfaces/",
)
