"""What must happen once when the addon is installed."""


def post_init_hook(env):
    """Give every employee the telephony group and read the phone numbers that are already there."""
    employees = env["res.users"].search([("share", "=", False)])
    env.ref("asterisk_connector.group_user").write({"user_ids": [(4, user.id) for user in employees]})
    env["asterisk.phone.number"]._rebuild()
