"""A real TensorBoard that serves a folder, and what it answers."""

import json
import time
import urllib.parse
import urllib.request

from tensorboard import program


class Board:
    """TensorBoard on a folder of this machine; it ends with this process.

    Args:
        folder: its --logdir.
    """

    def __init__(self, folder):
        board = program.TensorBoard()
        board.configure(logdir=str(folder), host="127.0.0.1", port=0)
        self.url = board.launch()

    def ask(self, plugin, route, **arguments):
        """Returns the bytes that a plugin answers to a question."""
        query = urllib.parse.urlencode(arguments)
        address = f"{self.url}data/plugin/{plugin}/{route}?{query}"
        with urllib.request.urlopen(address, timeout=30) as answer:
            return answer.read()

    def ask_until(self, is_enough, plugin, route, **arguments):
        """Returns the JSON that a plugin answers, once there is enough of it or after 30 seconds.

        TensorBoard reads its folder in the background.
        """
        deadline = time.monotonic() + 30
        while True:
            found = json.loads(self.ask(plugin, route, **arguments))
            if is_enough(found) or time.monotonic() > deadline:
                return found
            time.sleep(0.2)

    def trials(self, count):
        """Returns the rows of the HParams tab: settings and metrics by the trial's name."""
        statuses = [f"STATUS_{name}" for name in ("UNKNOWN", "SUCCESS", "FAILURE", "RUNNING")]
        request = json.dumps({"allowedStatuses": statuses, "startIndex": 0, "sliceSize": 100})
        found = self.ask_until(
            lambda answer: len(answer.get("sessionGroups", [])) >= count,
            "hparams",
            "session_groups",
            request=request,
        )
        return {
            group["name"]: (
                group["hparams"],
                {one["name"]["tag"]: one["value"] for one in group.get("metricValues", [])},
                [session.get("status", "STATUS_UNKNOWN") for session in group["sessions"]],
            )
            for group in found["sessionGroups"]
        }
