"""What a measurement was made with: processor, threads, versions, commit."""

import datetime
import os
import platform
import re
from pathlib import Path
from typing import Any

import keras
import tensorflow as tf

from elastic_infogan_tf.run.record import git_commit
from elastic_infogan_tf.system import cores
from elastic_infogan_tf.training import strategy, threads

_PROCESSOR = Path("/proc/cpuinfo")
# Of a processor's instructions, those that decide which kernels are taken.
_INSTRUCTIONS = ("avx2", "fma", "avx512f", "avx512_bf16", "amx_tile", "amx_bf16", "asimd", "bf16")


def facts() -> dict[str, Any]:
    """Returns, as JSON types, what the numbers of this process depend on."""
    model, found = _processor()
    return {
        "recorded": datetime.date.today().isoformat(),
        "commit": git_commit(),
        "processor": model,
        "instructions": [name for name in _INSTRUCTIONS if name in found],
        "cores": cores(),
        "threads": threads.in_use(),
        "onednn": os.environ.get("TF_ENABLE_ONEDNN_OPTS", ""),
        "gpus": strategy.gpu_names(),
        "busy": os.getloadavg()[0] if hasattr(os, "getloadavg") else None,
        "python": platform.python_version(),
        "tensorflow": tf.__version__,
        "keras": keras.__version__,
    }


def _processor() -> tuple[str, set[str]]:
    """Returns the processor's name and its instructions, as far as the system says."""
    try:
        text = _PROCESSOR.read_text()
    except OSError:
        return platform.processor() or platform.machine(), set()
    name = re.search(r"^model name\s*: (.+)$", text, re.MULTILINE)
    found = re.search(r"^(?:flags|Features)\s*: (.+)$", text, re.MULTILINE)
    model = name.group(1).strip() if name else platform.machine()
    return model, set(found.group(1).split()) if found else set()
