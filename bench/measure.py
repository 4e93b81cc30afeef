# SPDX-License-Identifier: MIT
"""Times commands one by one, and turns paired rounds into medians of per-round ratios."""

import dataclasses
import pathlib
import shutil
import statistics
import subprocess

SPAWN_SOURCE = pathlib.Path(__file__).with_name("spawn.cpp")
COMMAND_SECONDS = 900


class BenchError(RuntimeError):
    """A run that did not do its work: no figure may come of it."""


@dataclasses.dataclass(frozen=True)
class Sample:
    """One run of one command."""
    wall_ms: float
    cpu_ms: float
    peak_mb: float


class Stopwatch:
    """Runs commands below a small static program, so that peak memory is the command's own."""

    def __init__(self, folder):
        self.spawn = folder / "spawn"
        self.output = folder / "output"
        compiler = shutil.which("c++") or shutil.which("g++")
        if compiler is None:
            raise BenchError("no C++ compiler found: apt-get install g++")
        subprocess.run([compiler, "-O2", "-static", "-o", self.spawn, SPAWN_SOURCE], check=True, timeout=120)

    def run(self, command, environment):
        command = [str(part) for part in command]
        if "/" not in command[0]:
            raise BenchError(f"{command[0]} must be a path")
        done = subprocess.run([self.spawn, self.output, *command], stdout=subprocess.PIPE, text=True, check=True,
                              env=environment, timeout=COMMAND_SECONDS, cwd="/")
        code, wall, cpu, peak = map(int, done.stdout.split())
        if code != 0:
            text = self.output.read_text(errors="replace")
            raise BenchError(f"exit code {code} from {' '.join(command)}\n{text[-2000:]}")
        return Sample(wall / 1e6, cpu / 1e3, peak / 1024)


class Rounds:
    """The samples of one workload: in each round every peer ran once."""

    def __init__(self, peers):
        self.samples = {peer: [] for peer in peers}

    def add(self, peer, sample):
        self.samples[peer].append(sample)

    def median(self, peer, field):
        return statistics.median(getattr(sample, field) for sample in self.samples[peer])

    def range(self, peer, field):
        values = [getattr(sample, field) for sample in self.samples[peer]]
        return min(values), max(values)

    def peak_mb(self, peer):
        return max(sample.peak_mb for sample in self.samples[peer])

    def ratio(self, peer, other):
        """The median over rounds of peer's wall time by the other's in the same round."""
        return statistics.median(mine.wall_ms / theirs.wall_ms for mine, theirs
                                 in zip(self.samples[peer], self.samples[other], strict=True))
