"""When what died is started again, and when no more."""

import pytest

from fasi_site.local.restarts import MOST, WITHIN_S, CrashesAgainAndAgain, Restarts


class Clock:
    """A clock that a test sets."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_pauses_grow_and_the_last_death_is_the_end() -> None:
    restarts = Restarts(Clock())
    assert [restarts.died("web") for _ in range(MOST - 1)] == [0.5, 1, 2, 4, 8]
    with pytest.raises(CrashesAgainAndAgain):
        restarts.died("web")
    assert restarts.died("beat") == 0.5


def test_a_death_of_long_ago_is_forgotten() -> None:
    clock = Clock()
    restarts = Restarts(clock)
    for _ in range(3 * MOST):
        assert restarts.died("web") == 0.5
        clock.now += WITHIN_S


def test_it_is_started_once_when_its_pause_is_over() -> None:
    clock = Clock()
    restarts, started = Restarts(clock), []
    restarts.died("web")
    restarts.start_due({"web": lambda: started.append("web")})
    assert restarts.waiting("web")
    clock.now = 0.5
    for _ in range(2):
        restarts.start_due({"web": lambda: started.append("web")})
    assert started == ["web"]
    assert not restarts.waiting("web")
