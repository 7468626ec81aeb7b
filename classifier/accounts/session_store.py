"""Sessions in PostgreSQL, as Django keeps them, looked up by a query that is compiled once."""

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.contrib.sessions.models import Session
from django.db.models.functions import Now

from classifier.models.compiled import Compiled

_SESSION = Compiled(lambda: Session.objects.filter(session_key="").filter(expire_date__gt=Now()))


class SessionStore(DatabaseStore):
    """Django's."""

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def _get_session_from_db(self) -> Session | None:
        found = _SESSION.get(self.session_key)
        if found is None:
            self._session_key = None
        return found
