from .common import AsteriskCase

ANSWERED = "1764000000.10"


class EventCase(AsteriskCase):
    """Anna talks to Eva, Boris's phone rang too; outcomes and two tags to choose from."""

    def setUp(self):
        super().setUp()
        self.apply(self.snapshot("call_talking"))
        self.record = self.call(ANSWERED)
        self.interested = self.env.ref("asterisk_connector.outcome_interested")
        self.wrong = self.env.ref("asterisk_connector.outcome_wrong_number")
        self.delivery, self.price = self.env["asterisk.call.tag"].create([{"name": "Delivery"}, {"name": "Price"}])

    def calls_of(self, user):
        return self.env["asterisk.call"].with_user(user)

    def write_all(self, call, note="Wants ten printers"):
        """Let Anna write everything that one can write about a call."""
        calls = self.calls_of(self.anna)
        calls.save_note(call.id, note, call.note or "")
        calls.choose_outcome(call.id, self.interested.id)
        calls.set_tag(call.id, self.delivery.id, True)
        calls.link_document(call.id, "crm.lead", self.lead.id, True)
        self.order = self.env["sale.order"].create({"partner_id": self.eva.id, "user_id": self.anna.id})
        calls.link_document(call.id, "sale.order", self.order.id, True)

    def written(self, call):
        return (call.note, call.outcome_id, call.tag_ids, call.lead_id, call.order_ids)
