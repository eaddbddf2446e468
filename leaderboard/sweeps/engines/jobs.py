"""The Hub's Jobs: the same command on its machines, which add their records to a results data set and read what is there."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass

from huggingface_hub import HfApi, JobInfo, Volume, get_token

from wss_core import hub_client

DATA, RESULTS = "/data", "/results"


@dataclass(frozen=True)
class Jobs:
    """share: USER/REPO of the results data set. code: a git address of this project. data: USER/REPO of a data set whose
    folders are the benchmarks' data, "" = they are on the Hub by themselves. flavor, image, timeout: as of the Hub's Jobs."""

    share: str
    code: str
    data: str = ""
    flavor: str = "cpu-upgrade"
    image: str = "python:3.11"
    timeout: str = "6h"

    def __post_init__(self):
        if not self.code:
            raise ValueError("a Job fetches the project by git. Give --code ADDRESS")
        for name in filter(None, (self.share, self.data)):
            hub_client.check_repo_name(name)

    def launch(self, arguments: Sequence[str], count: int, token: str | None = None) -> list[JobInfo]:
        """`count` Jobs, each with its part of the trials of `python -m leaderboard ARGUMENTS`. Raises ValueError."""
        api, mounted = HfApi(token=token), []
        if self.data:
            mounted = [Volume(type="dataset", source=self.data, mount_path=DATA)]
        with hub_client.hub_errors("the Hub's Jobs"):
            return [
                api.run_job(
                    image=self.image,
                    command=["bash", "-c", self.command(arguments, f"{part}/{count}")],
                    flavor=self.flavor,
                    timeout=self.timeout,
                    secrets={"HF_TOKEN": token or get_token() or ""},
                    volumes=mounted,
                    labels={"name": f"leaderboard-{part}-of-{count}"},
                )
                for part in range(1, count + 1)
            ]

    def command(self, arguments: Sequence[str], part: str) -> str:
        """What one Job runs."""
        told = [*arguments, "--data", DATA, "--results", RESULTS, "--share-with", self.share, "--part", part]
        steps = (
            f"git clone -q --depth 1 {shlex.quote(self.code)} /project",
            "cd /project",
            "pip install -q -r requirements.txt",
            f"python -m leaderboard {shlex.join(told)} --quiet",
        )
        return " && ".join(steps)
