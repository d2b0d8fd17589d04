"""What each test costs: said at the end of those that are slow and not marked so.

Seconds of CPU, of this process and of those that it has started and waited for: a busy machine does
not change them. The first test that uses a fixture of its file has the fixture's seconds too; those
of fixtures of the whole session belong to no test.
"""

import os

import pytest

LIMIT = 5.0  # CONTRIBUTING.md says so too
_PROPERTY = "cpu_seconds"
_started = pytest.StashKey[float]()


def _now():
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    item.stash[_started] = _now()


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(fixturedef, request):
    before = _now()
    result = yield
    if fixturedef.scope == "session":
        request._pyfuncitem.stash[_started] += _now() - before
    return result


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_makereport(item, call):
    if call.when == "call":  # xdist's processes send what is in a report, and nothing else
        item.user_properties.append((_PROPERTY, _now() - item.stash[_started]))


def pytest_terminal_summary(terminalreporter):
    passed = terminalreporter.stats.get("passed", [])
    seconds = {one: dict(one.user_properties).get(_PROPERTY, 0.0) for one in passed}
    terminalreporter.write_line(
        f"{sum(seconds.values()):.0f} seconds of CPU in {len(passed)} tests"
    )
    unmarked = [one for one in passed if seconds[one] > LIMIT and "slow" not in one.keywords]
    for one in sorted(unmarked, key=seconds.__getitem__, reverse=True):
        terminalreporter.write_line(
            f"not marked slow: {one.nodeid}, {seconds[one]:.1f} seconds of CPU", yellow=True
        )
