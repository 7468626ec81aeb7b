"""A consenting owner, and reviewers who may review and nothing else."""

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser, Permission, User
from django.test import RequestFactory

from classifier.personal_data.consents import record_consent
from tests.conftest import make_person


def make_reviewer(name: str) -> User:
    """A member of staff who may review, and nothing else."""
    person = make_person(name, is_staff=True)
    person.user_permissions.set(Permission.objects.filter(codename="change_prediction"))
    return User.objects.get(pk=person.pk)


def by(user: User | AnonymousUser) -> Any:
    """A request that this person sent."""
    request = RequestFactory().post("/", REMOTE_ADDR="127.0.0.1")
    request.user = user
    return request


@pytest.fixture
def consenting(owner: User) -> User:
    record_consent(owner.pk, True)
    return owner


@pytest.fixture
def reviewer(site: None) -> User:
    return make_reviewer("reviewer")


@pytest.fixture
def other_reviewer(site: None) -> User:
    return make_reviewer("other")
