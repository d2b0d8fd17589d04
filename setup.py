import re
import sys
from pathlib import Path

from setuptools import find_packages, setup
from setuptools.command.build_py import build_py

# pip of 2023 tries old versions of everything for minutes instead of saying which Python is needed.
if not (3, 11) <= sys.version_info < (3, 14):
    sys.exit(
        "error: elastic_infogan_tf needs Python 3.11, 3.12 or 3.13, and this is Python "
        "{}.{}.{}; use one of those.".format(*sys.version_info)
    )

# Where the repository is: the one place that says so.
URL = "https://github.com/elastic-infogan-tf/elastic-infogan-tf"
KEYWORDS = ["InfoGAN", "class imbalance", "clustering", "contrastive learning"]
KEYWORDS += ["disentangled representations", "GAN", "image clustering", "TensorFlow", "Keras"]
CLASSIFIERS = [
    "Development Status :: 4 - Beta",
    "Environment :: Console",
    "Intended Audience :: Science/Research",
    "Operating System :: MacOS",
    "Operating System :: Microsoft :: Windows",
    "Operating System :: POSIX :: Linux",
    *(f"Programming Language :: Python :: 3.{minor}" for minor in (11, 12, 13)),
    "Topic :: Scientific/Engineering :: Artificial Intelligence",
    "Topic :: Scientific/Engineering :: Image Recognition",
    "Typing :: Typed",
]
RENDER = ["trimesh>=5.2,<6", "embreex>=4.4,<5"]
# tensorflow-datasets imports importlib_resources without naming it.
TFDS = ["tensorflow-datasets>=4.9.9,<5", "importlib_resources>=6"]
DASK = ["distributed>=2026.1"]
HEIF = ["pillow-heif>=1,<2"]
ONNX = ["onnx>=1.19,<2", "onnxruntime>=1.23,<2", "tf2onnx>=1.17,<2"]
TEST = ["pytest>=9,<10", "pytest-xdist>=3.6,<4", "hypothesis>=6.100,<7"]
TEST += ["build>=1.2,<2"]  # makes what an index holds, in a test
TEST += ["playwright>=1.50,<2"]  # drives the system's Chromium; none of its own is downloaded
LINT = ["ruff>=0.17,<0.18", "import-linter>=2.16,<3", "mypy>=2.4,<3"]
# In the source tree the programs and the flagfiles are beside the package, installed inside of it.
BESIDE = {"elastic_infogan_tf.tools": "tools", "elastic_infogan_tf.flags": "flags"}
TOOLS = find_packages(include=["tools", "tools.*"], exclude=["tools.builtin_cars"])
NEED_THE_SOURCE_TREE = {"update_golden", "render_builtin_cars"}


class BuildWithoutSourceTools(build_py):
    """Leaves out what rewrites files of the source tree."""

    def find_package_modules(self, package: str, package_dir: str) -> list[tuple[str, str, str]]:
        modules = super().find_package_modules(package, package_dir)
        return [module for module in modules if module[1] not in NEED_THE_SOURCE_TREE]


def long_description() -> str:
    """README.md as an index shows it: its images and links lead to the repository."""
    text = Path(__file__).with_name("README.md").read_text(encoding="utf-8")
    relative = r"""(\]\(|src="|href=")(?!\w+:|#)([^)"\s]+)"""
    return re.sub(relative, lambda found: found[1] + absolute(found[2]), text)


def absolute(path: str) -> str:
    kind = "raw" if path.endswith((".gif", ".jpg", ".png", ".svg")) else "blob"
    return f"{URL}/{kind}/main/{path}"


setup(
    name="elastic-infogan-tf",
    version="0.1.0",
    description="Elastic-InfoGAN: object identity from unlabelled, class-imbalanced images",
    long_description=long_description(),
    long_description_content_type="text/markdown",
    license="Apache-2.0",
    author="elastic_infogan_tf contributors",
    url=URL,
    project_urls={
        "Changelog": f"{URL}/blob/main/CHANGELOG.md",
        "Documentation": f"{URL}/tree/main/docs",
        "Issues": f"{URL}/issues",
        "Paper": "https://arxiv.org/abs/1910.01112",
    },
    keywords=KEYWORDS,
    classifiers=CLASSIFIERS,
    packages=[
        *find_packages(include=["elastic_infogan_tf", "elastic_infogan_tf.*"]),
        *(f"elastic_infogan_tf.{name}" for name in TOOLS),
        "elastic_infogan_tf.flags",
    ],
    package_dir=BESIDE,
    package_data={
        "elastic_infogan_tf": ["py.typed"],
        "elastic_infogan_tf.data.sets": ["builtin_cars.npz"],
        "elastic_infogan_tf.report": ["*.html.j2"],
        "elastic_infogan_tf.flags": ["*.flags"],
    },
    cmdclass={"build_py": BuildWithoutSourceTools},
    python_requires=">=3.11,<3.14",
    # The ranges that the tests run on. TensorFlow Probability imports tf_keras.
    install_requires=[
        "absl-py>=2.1",
        "filelock>=3.16,<5",
        "jinja2>=3.1,<4",
        "joblib>=1.4,<2",
        "jsonschema>=4.23,<5",
        "keras>=3.15,<3.16",
        "markupsafe>=2.1,<4",
        "matplotlib>=3.10,<4",
        "numpy>=2.0,<3",
        "pillow>=11",
        "scikit-learn>=1.6,<2",
        "scipy>=1.14,<2",
        # TensorFlow Probability imports distutils, which Python itself has up to 3.11.
        "setuptools>=70; python_version >= '3.12'",
        "tensorboard>=2.20,<2.22",
        "tensorflow>=2.21,<2.22",
        "tensorflow-probability>=0.25,<0.26",
        "tf_keras>=2.21,<2.22",
        "threadpoolctl>=3,<4",
        "tqdm>=4.66,<5",
    ],
    extras_require={
        "dask": DASK,
        "gpu": ["tensorflow[and-cuda]>=2.21,<2.22"],
        "heif": HEIF,  # photographs of phones
        "onnx": ONNX,
        "render": RENDER,
        "test": TEST + LINT + DASK + HEIF + ONNX + RENDER + TFDS,
        "tfds": TFDS,
    },
    entry_points={
        "console_scripts": ["elastic-infogan = elastic_infogan_tf.__main__:main"],
    },
)
