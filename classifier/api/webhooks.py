"""`/api/v1/webhooks`: URLs that are notified when an outfit is done."""

import uuid
from http import HTTPStatus

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from ninja import Router, Status

from classifier.accounts.notices import Notice, tell_owner
from classifier.api.auth import READ, WRITE, ApiRequest
from classifier.api.paging import Cursor, Limit, page_after
from classifier.api.problems import Code, Problem, problem
from classifier.api.schemas import (
    DeliveryOut,
    DeliveryPage,
    NewWebhookOut,
    WebhookIn,
    WebhookList,
    WebhookOut,
)
from classifier.api.serializers import delivery_out, webhook_out
from classifier.audit import Action, record
from classifier.integrations.deliveries import record_test
from classifier.integrations.signatures import new_secret
from classifier.integrations.targets import AddressRefused, target
from classifier.lifecycle.wakeup import wake_delivery
from classifier.limits.ledger import LimitReached, one_more
from classifier.models import Delivery, Webhook
from classifier.models.people import has_confirmed_address

router = Router()


@router.post("", auth=WRITE, response={HTTPStatus.CREATED: NewWebhookOut})
def create_webhook(request: ApiRequest, webhook: WebhookIn) -> Status[NewWebhookOut]:
    """Have a URL notified when an outfit is done or failed.

    The answer is the only one that shows the secret with which every event is signed, as
    [Standard Webhooks](https://www.standardwebhooks.com) has it: check it before you believe.
    """
    if not has_confirmed_address(request.auth.owner_id):
        raise problem(Code.ADDRESS_UNCONFIRMED)
    try:
        target(webhook.url)
    except AddressRefused as error:
        raise Problem(Code.ADDRESS_REFUSED, HTTPStatus.UNPROCESSABLE_ENTITY, str(error)) from error
    owner_id = request.auth.owner_id
    mine = Webhook.objects.filter(owner_id=owner_id)
    try:
        with one_more(owner_id, mine, settings.FASI_MAX_WEBHOOKS):
            made = Webhook.objects.create(
                owner_id=owner_id,
                url=webhook.url,
                secret=new_secret(),
                events=[str(event) for event in webhook.events],
            )
    except LimitReached as error:
        raise problem(Code.TOO_MANY_WEBHOOKS, most=str(error.most)) from error
    record(Action.WEBHOOK_MADE, request=request, actor=owner_id, webhook=str(made.pk))
    tell_owner(request.user, Notice.WEBHOOK_MADE, address=made.url)
    shown = webhook_out(made).model_dump()
    return Status(HTTPStatus.CREATED, NewWebhookOut(**shown, secret=made.secret))


@router.get("", auth=READ, response=WebhookList)
def list_webhooks(request: ApiRequest) -> WebhookList:
    """Your webhooks, newest first, without their secrets."""
    mine = Webhook.objects.filter(owner_id=request.auth.owner_id).order_by("-created")
    return WebhookList(items=[webhook_out(each) for each in mine])


@router.get("/{uuid:webhook_id}", auth=READ, response=WebhookOut)
def get_webhook(request: ApiRequest, webhook_id: uuid.UUID) -> WebhookOut:
    """One webhook. One that answered 410 Gone is not active any more."""
    return webhook_out(_mine(request, webhook_id))


@router.delete("/{uuid:webhook_id}", auth=WRITE, response={HTTPStatus.NO_CONTENT: None})
def delete_webhook(request: ApiRequest, webhook_id: uuid.UUID) -> HttpResponse:
    """Delete a webhook with its deliveries."""
    _mine(request, webhook_id).delete()
    record(
        Action.WEBHOOK_REMOVED,
        request=request,
        actor=request.auth.owner_id,
        webhook=str(webhook_id),
    )
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


@router.post("/{uuid:webhook_id}/test", auth=WRITE, response={HTTPStatus.ACCEPTED: DeliveryOut})
def test_webhook(request: ApiRequest, webhook_id: uuid.UUID) -> Status[DeliveryOut]:
    """Tell a webhook `webhook.test`. Its deliveries show what became of it."""
    delivery = record_test(_mine(request, webhook_id))
    wake_delivery()
    return Status(HTTPStatus.ACCEPTED, delivery_out(delivery))


@router.get("/{uuid:webhook_id}/deliveries", auth=READ, response=DeliveryPage)
def list_deliveries(
    request: ApiRequest, webhook_id: uuid.UUID, cursor: Cursor = "", limit: Limit = 50
) -> DeliveryPage:
    """What was sent to a webhook in the last 30 days, newest first, and what became of it."""
    rows = Delivery.objects.filter(webhook=_mine(request, webhook_id))
    page, following = page_after(request, rows, cursor, limit)
    return DeliveryPage(items=[delivery_out(each) for each in page], next=following)


def _mine(request: ApiRequest, webhook_id: uuid.UUID) -> Webhook:
    return get_object_or_404(Webhook, pk=webhook_id, owner_id=request.auth.owner_id)
