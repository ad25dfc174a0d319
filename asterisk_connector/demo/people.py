"""Who works at the demo company and who its customers are. Numbers are well-formed but belong to no one we know."""

#: login, name, groups, function, extension
COLLEAGUES = [
    (
        "anna",
        "Anna Schneider",
        ("sales_team.group_sale_salesman_all_leads", "account.group_account_readonly"),
        "Sales",
        "101",
    ),
    (
        "boris",
        "Boris Keller",
        ("sales_team.group_sale_salesman_all_leads", "account.group_account_readonly"),
        "Sales",
        "102",
    ),
    ("clara", "Clara Vogel", ("account.group_account_invoice",), "Accounting", "103"),
    ("dmitri", "Dmitri Orlow", ("sales_team.group_sale_salesman",), "Support", "104"),
    (
        "elena",
        "Elena Winter",
        (
            "sales_team.group_sale_manager",
            "account.group_account_invoice",
            "asterisk_connector.group_supervisor",
            "asterisk_connector.group_recording_all",
        ),
        "Team lead",
        "105",
    ),
]

#: value on the PBX, kind, what people call it
LINES = [
    ("+493055570100", "did", "Sales line"),
    ("+493055570150", "did", "Support queue"),
    ("+493055570160", "did", "Main menu"),
    ("support", "queue", "Support queue"),
    ("sales", "queue", "Sales line"),
]

#: company, city, country, phone, owner's login, tag, [(contact, function, phone)]
COMPANIES = [
    (
        "Acme GmbH",
        "Berlin",
        "de",
        "+49 30 23456700",
        "anna",
        "Gold",
        [("Eva Braun", "Purchasing", "+49 30 23456711"), ("Karl Weber", "Accounting", "+49 30 23456712")],
    ),
    (
        "Nordlicht Logistik AG",
        "Hamburg",
        "de",
        "+49 40 3456780",
        "boris",
        "Gold",
        [("Ole Hansen", "Fleet manager", "+49 40 3456781")],
    ),
    # Two people behind one number: the popup must ask which.
    (
        "Isar Werkzeuge KG",
        "Munich",
        "de",
        "+49 89 4567890",
        "anna",
        "",
        [("Lena Huber", "Purchasing", "+49 89 4567890")],
    ),
    (
        "Rheintal Druckerei",
        "Cologne",
        "de",
        "+49 221 5678900",
        "boris",
        "",
        [("Jonas Becker", "Owner", "+49 171 2345678")],
    ),
    (
        "Sächsische Feinmechanik",
        "Dresden",
        "de",
        "+49 351 6789010",
        "anna",
        "Silver",
        [("Ines Richter", "Head of production", "+49 351 6789011")],
    ),
    (
        "Baltic Timber SIA",
        "Riga",
        "lv",
        "+371 67 123 456",
        "boris",
        "Silver",
        [("Janis Ozols", "Export", "+371 29 123 456")],
    ),
    (
        "Wiener Kaffeehaus GmbH",
        "Vienna",
        "at",
        "+43 1 5123456",
        "anna",
        "",
        [("Theresa Gruber", "Manager", "+43 664 1234567")],
    ),
    (
        "Alpenblick Hotels AG",
        "Zurich",
        "ch",
        "+41 44 234 56 78",
        "boris",
        "Gold",
        [("Urs Meier", "Purchasing", "+41 79 234 56 78")],
    ),
    (
        "Maison Laurent",
        "Paris",
        "fr",
        "+33 1 42 34 56 78",
        "anna",
        "",
        [("Camille Laurent", "Director", "+33 6 12 34 56 78")],
    ),
    (
        "Thames Paper Ltd",
        "London",
        "gb",
        "+44 20 7946 0123",
        "boris",
        "Silver",
        [("Oliver Wright", "Buyer", "+44 7911 123456")],
    ),
    (
        "Hudson Instruments Inc.",
        "New York",
        "us",
        "+1 212-555-0143",
        "anna",
        "",
        [("Grace Miller", "Lab manager", "+1 212-555-0144")],
    ),
    (
        "Amur Export",
        "Khabarovsk",
        "ru",
        "+7 4212 41-23-45",
        "boris",
        "Gold",
        [("Irina Petrova", "Director", "+7 914 123-45-67")],
    ),
]

#: name, city, country, phone, owner's login, more numbers as (label, number)
PEOPLE = [
    (
        "Sophie Lang",
        "Leipzig",
        "de",
        "+49 341 7890123",
        "anna",
        [("Mobile", "0171 3456789"), ("Parents", "03431 123456")],
    ),
    ("Viktor Sokolov", "Moscow", "ru", "+7 495 123-45-67", "boris", [("Mobile", "+7 916 123-45-67")]),
    ("Maria Rossi", "Milan", "it", "+39 02 1234 5678", "anna", []),
    ("Elin Lindqvist", "Stockholm", "se", "+46 8 123 456 78", "anna", []),
    ("Piotr Nowak", "Warsaw", "pl", "+48 22 123 45 67", "boris", []),
]

#: title, customer, owner, revenue: opportunities; a customer not listed above is a lead without a contact
OPPORTUNITIES = [
    ("Ten label printers", "Eva Braun", "anna", 12400.0),
    ("Maintenance contract", "Ole Hansen", "boris", 4800.0),
    ("New warehouse scanners", "Janis Ozols", "boris", 22900.0),
    ("Kitchen terminals", "Theresa Gruber", "anna", 6300.0),
]

#: title, contact's name, company, city, country, phone, owner
LEADS = [
    ("Asked for a catalogue", "Felix Brandt", "Brandt Elektrik", "Bremen", "de", "+49 421 2345670", "anna"),
    ("Met at the fair", "Anna Kowalska", "Kowalska Design", "Krakow", "pl", "+48 12 345 67 89", "boris"),
]

#: customer, days until due (negative: overdue), amount
INVOICES = [
    ("Acme GmbH", -14, 740.0),
    ("Acme GmbH", 16, 500.0),
    ("Nordlicht Logistik AG", -3, 2310.0),
    ("Alpenblick Hotels AG", 20, 4150.0),
    ("Amur Export", -41, 980.0),
]

#: customer, amount, confirmed
ORDERS = [
    ("Eva Braun", 8600.0, False),
    ("Ole Hansen", 3200.0, True),
    ("Urs Meier", 1450.0, True),
    ("Irina Petrova", 5700.0, False),
]
