"""Runs of jobs that die in the middle."""

from pyspark.sql import SparkSession


class Killed(BaseException):
    """The end of a process: nothing in it goes on, and nothing catches it."""


def run(rendered, addresses, moment, deaths, chance, purpose="merge"):
    """Runs a job until it is through: it dies before a statement, as often as that."""
    original = SparkSession.sql
    for _ in range(deaths):
        left = [chance.randrange(12)]

        def dying(self, *arguments, **named):
            if left[0] == 0:
                raise Killed
            left[0] -= 1
            return original(self, *arguments, **named)

        SparkSession.sql = dying
        try:
            rendered.run(addresses, moment, purpose)
        except Killed:
            pass
        finally:
            SparkSession.sql = original
    rendered.run(addresses, moment, purpose)
