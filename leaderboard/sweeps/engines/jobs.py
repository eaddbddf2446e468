"""The Hub's Jobs: its machines run the same command, and share their records by a results data set."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass

from huggingface_hub import HfApi, JobInfo, Volume, get_token

from wss_core import hub_client

DATA, RESULTS = "/data", "/results"


@dataclass(frozen=True)
class Jobs:
    """How Jobs are started. Raises ValueError for a missing `code`, and for names that cannot be on the Hub."""

    share: str
    "USER/REPO of the results data set."
    code: str
    "The address of this project's git repository."
    data: str = ""
    'USER/REPO of a data set whose folders are the benchmarks\' data; "" = the benchmarks name data sets of the Hub.'
    flavor: str = "cpu-upgrade"
    "The kind of machine, by the Hub's name."
    image: str = "python:3.11"
    "The Docker image."
    timeout: str = "6h"
    "How long a Job may take, as 90m or 6h."

    def __post_init__(self):
        if not self.code:
            raise ValueError("a Job fetches the project by git. Give --code ADDRESS")
        for name in filter(None, (self.share, self.data)):
            hub_client.check_repo_name(name)

    def launch(self, arguments: Sequence[str], count: int, token: str | None = None) -> list[JobInfo]:
        """Start `count` Jobs, each of which does its part of the trials of `python -m leaderboard ARGUMENTS`.

        Raises ValueError (`hub_client.HubError`) when the Hub does not take them.
        """
        api, volumes = HfApi(token=token), []
        if self.data:
            volumes = [Volume(type="dataset", source=self.data, mount_path=DATA)]
        with hub_client.hub_errors("the Hub's Jobs"):
            return [
                api.run_job(
                    image=self.image,
                    command=["bash", "-c", self.command(arguments, f"{part}/{count}")],
                    flavor=self.flavor,
                    timeout=self.timeout,
                    secrets={"HF_TOKEN": token or get_token() or ""},
                    volumes=volumes,
                    labels={"name": f"leaderboard-{part}-of-{count}"},
                )
                for part in range(1, count + 1)
            ]

    def command(self, arguments: Sequence[str], part: str) -> str:
        """The shell command of one Job; part: I/N, as the option --part takes it."""
        options = [*arguments, "--data", DATA, "--results", RESULTS, "--share-with", self.share, "--part", part]
        steps = (
            f"git clone -q --depth 1 {shlex.quote(self.code)} /project",
            "cd /project",
            "pip install -q -r requirements.txt",
            f"python -m leaderboard {shlex.join(options)} --quiet",
        )
        return " && ".join(steps)
