"""A phone and its registrar."""

from __future__ import annotations

import pytest

from sandbox.phones.call import CONFIRMED
from sandbox.phones.phone import Phone, RegistrationError
from sandbox.phones.transaction import NoAnswer

from .conftest import T1, running


async def test_a_phone_registers_with_its_secret_and_leaves(switch):
    phone = Phone("101", "right", switch.address, t1=T1)
    async with running(phone):
        await phone.register()
        assert phone.registered
        assert (switch.contacts["101"].user, switch.contacts["101"].port) == ("101", phone.transport.port)
        await phone.unregister()
        assert not phone.registered
        assert switch.contacts == {}


@pytest.mark.parametrize("user, secret", [("101", "wrong"), ("109", "right"), ("101", "")])
async def test_a_wrong_secret_or_name_is_refused(switch, user, secret):
    phone = Phone(user, secret, switch.address, t1=T1)
    async with running(phone):
        with pytest.raises(RegistrationError, match=f"Phone {user}: registration refused with 401"):
            await phone.register()
        assert not phone.registered


async def test_a_registration_is_renewed_before_it_ends(switch):
    switch.granted = 1
    phone = Phone("101", "right", switch.address, t1=T1)
    async with running(phone):
        await phone.register()
        switch.contacts.clear()
        await phone.changes.until(lambda: "101" in switch.contacts, 3, lambda: "a second registration")


async def test_without_a_registrar_there_is_a_clear_error():
    phone = Phone("101", "right", ("127.0.0.1", 9), t1=0.002)
    async with running(phone):
        with pytest.raises(NoAnswer, match="127.0.0.1:9 did not answer REGISTER"):
            await phone.register()


async def test_calls_need_no_second_secret_and_are_heard(switch):
    phone = Phone("101", "right", switch.address, t1=T1)
    async with running(phone):
        call = phone.call("+4930")
        await call.wait_state(CONFIRMED)
        await call.wait_hears({850}, {440, 850})
        assert switch.last_invite.uri == f"sip:+4930@{switch.address[0]}:{switch.address[1]}"
