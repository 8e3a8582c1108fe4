"""GRDF's portal by PyGazpar, for when its maintainers know a new sign-in first.

An extra (`pip install releve[pygazpar]`): it brings pandas, which is imported in the
process apart only. Its client has no time-outs, hence the process's deadline; its
answers are GRDF's own JSON, read by gazpar/ like those of any file.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any, ClassVar

from collectors.answer import STATUSES, says_nothing
from collectors.collector import Answered, Task
from collectors.errors import NotCollected, Reason
from collectors.grdf import Account, billed

ESCAPES = (1, 4)
"""The first version whose requests hold a password with a quote in it."""
TRIES = 3
SIGNING_IN: Mapping[int, Reason] = {400: Reason.PASSWORD, 401: Reason.PASSWORD}


@dataclass(frozen=True, slots=True)
class GrdfPyGazpar(Account):
    """One household's account, through PyGazpar."""

    kind: ClassVar[str] = "grdf-pygazpar"
    title: ClassVar[str] = "GRDF, mon espace, par PyGazpar"

    def fetch(self, task: Task) -> Sequence[Answered]:
        """Give daily and published consumption."""
        api = _api_client()
        # Its hosts are constants of its module, and it is alone in this process.
        api.START_URL = f"{self.url}/"
        api.API_BASE_URL = f"{self.url}/api"
        api.MAIL_SESSION_TOKEN_URL = f"{self.sign_in}/idp/idx/identify"
        api.PASSWORD_SESSION_TOKEN_URL = f"{self.sign_in}/idp/idx/challenge/answer"
        password = task.secret.password
        if _major_minor() < ESCAPES:
            password = json.dumps(password)[1:-1]
        client = api.APIClient(task.secret.user, password, retry_count=TRIES)
        step = "sign-in"
        try:
            client.login()
            step = "answer"
            return self._answers(task, api, client)
        except api.ServerError as error:
            raise NotCollected(
                _reason(error.status_code, step), step, status=error.status_code
            ) from error
        except (ValueError, TypeError, KeyError) as error:
            raise NotCollected(Reason.CHANGED, step) from error
        except OSError as error:  # requests' own errors are OSErrors
            slow = "Timeout" in type(error).__name__
            reason = Reason.TIME_OUT if slow else Reason.PORTAL_DOWN
            raise NotCollected(reason, step) from error

    def _answers(self, task: Task, api: Any, client: Any) -> list[Answered]:
        pce = self.pce
        if pce is None:
            points = [str(one["idObject"]) for one in client.get_pce_list()]
            if len(points) != 1:
                raise NotCollected(Reason.WHICH_METER)
            pce = points[0]
        kinds = api.ConsumptionType
        windows = {
            kinds.INFORMATIVE.value: task.window,
            kinds.PUBLISHED.value: billed(task.window),
        }
        # as its get_pce_consumption asks, which would read the answer here
        found = [
            client.get(
                f"/e-conso/pce/consommation/{kind}",
                {
                    "dateDebut": window.first.isoformat(),
                    "dateFin": window.last.isoformat(),
                    "pceList[]": pce,
                },
            ).content
            for kind, window in windows.items()
        ]
        return [Answered(one, "grdf.json") for one in found if not says_nothing(one)]


def _reason(status: int, step: str) -> Reason:
    if step == "sign-in" and status in SIGNING_IN:
        return SIGNING_IN[status]
    otherwise = Reason.MAINTENANCE if status >= 500 else Reason.CHANGED
    return STATUSES.get(status, otherwise)


def _api_client() -> Any:
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # pandas brings numpy along
    try:
        from pygazpar import api_client  # noqa: PLC0415 - an extra, and pandas
    except ImportError as error:
        raise NotCollected(Reason.NOT_INSTALLED) from error
    return api_client


def _major_minor() -> tuple[int, int]:
    major, minor, *_ = version("pygazpar").split(".")
    return int(major), int(minor)
