"""A server that answers as TensorFlow Serving's REST does, from the SavedModel's signatures."""

import base64
import contextlib
import http.server
import json
import threading

import numpy as np
import tensorflow as tf


def _value(json_value):
    """What JSON says, with `{"b64": ...}` as bytes, at any depth."""
    if isinstance(json_value, list):
        return [_value(one) for one in json_value]
    return base64.b64decode(json_value["b64"]) if isinstance(json_value, dict) else json_value


def _inputs(request, signature):
    """The tensors of a request, in rows (`instances`) or by name (`inputs`)."""
    specs = signature.structured_input_signature[1]
    if not specs:
        raise ValueError("Failed to get input map for signature")
    if "inputs" in request:
        given = request["inputs"]
    else:
        rows = request["instances"]
        if not rows:
            raise ValueError("No values in 'instances' array")
        is_named = isinstance(rows[0], dict) and set(rows[0]) != {"b64"}
        rows = rows if is_named else [{next(iter(specs)): row} for row in rows]
        given = {name: [row[name] for row in rows] for name in specs}
    return {name: tf.constant(_value(given[name]), spec.dtype) for name, spec in specs.items()}


def _text(value):
    value = value.numpy()
    return np.vectorize(bytes.decode, otypes=[object])(value) if value.dtype == object else value


def _answer(request, signatures):
    signature = signatures[request.get("signature_name", "serving_default")]
    outputs = {
        name: _text(value) for name, value in signature(**_inputs(request, signature)).items()
    }
    single = len(outputs) == 1
    if "inputs" in request:
        columns = {name: value.tolist() for name, value in outputs.items()}
        return {"outputs": next(iter(columns.values())) if single else columns}
    rows = [dict(zip(outputs, row, strict=True)) for row in zip(*outputs.values(), strict=True)]
    rows = [{name: np.asarray(value).tolist() for name, value in row.items()} for row in rows]
    return {"predictions": [next(iter(row.values())) for row in rows] if single else rows}


@contextlib.contextmanager
def serve(folder, name):
    """Serves a SavedModel as `name` on a free port, which it yields."""
    loaded = tf.saved_model.load(str(folder))

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            try:
                assert self.path == f"/v1/models/{name}:predict"
                status, answer = 200, _answer(request, loaded.signatures)
            except (tf.errors.InvalidArgumentError, AssertionError, TypeError, ValueError) as error:
                status, answer = 400, {"error": str(error)}
            self.send_response(status)
            self.end_headers()
            self.wfile.write(json.dumps(answer).encode())

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("localhost", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
