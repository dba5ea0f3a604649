"""Words for the sample company: invented firms and people; telephone numbers kept for fiction where there are any."""

from collections.abc import Mapping

# Name and country of a company.
COMPANIES: tuple[tuple[str, str], ...] = (
    ("Brücke Logistik GmbH", "DE"),
    ("Atelier Fontaine", "FR"),
    ("Harbour & Wells", "GB"),
    ("Lisboa Conservas", "PT"),
    ("Prairie Feed Co.", "US"),
    ("Fjällverk AB", "SE"),
    ("Molino Bianchi", "IT"),
    ("Zielona Farma", "PL"),
    ("Polder Greenhouses", "NL"),
    ("Southern Cross Packaging", "AU"),
    ("Kilbride Dairies", "IE"),
    ("Redwood Medical Supply", "US"),
    ("Nordlicht Keramik", "DE"),
    ("Tejo Shipyards", "PT"),
    ("Camden Print Works", "GB"),
    ("Vignoble Saint-Roch", "FR"),
    ("Bright Mesa Solar", "US"),
    ("Officine Ferraro", "IT"),
    ("Isarwerk Motoren", "DE"),
    ("Västkust Marine", "SE"),
    ("Delta Bloemen", "NL"),
    ("Krakow Glass", "PL"),
    ("Tasman Timber", "AU"),
    ("Galway Bay Foods", "IE"),
    ("Copper Canyon Brewing", "US"),
    ("Pennine Textiles", "GB"),
    ("Usine Marchand", "FR"),
    ("Alster Optik", "DE"),
    ("Douro Cork", "PT"),
    ("Lombard Bearings", "IT"),
    ("Great Lakes Tooling", "US"),
    ("Thames Cold Storage", "GB"),
    ("Rhein Chemie Handel", "DE"),
    ("Bayou Freight Lines", "US"),
    ("Skåne Mejeri", "SE"),
    ("Wisła Transport", "PL"),
)

PEOPLE: Mapping[str, tuple[str, ...]] = {
    "DE": (
        "Lena Fischer", "Jonas Keller", "Aylin Demir", "Matthias Vogt", "Greta Sommer", "Tobias Lang",
        "Henrike Brandt", "Emre Kaya", "Sabine Roth", "Philipp Neumann", "Nina Hartmann", "Oskar Wolff",
    ),
    "FR": (
        "Camille Laurent", "Youssef Benali", "Élodie Marchand", "Hugo Petit", "Inès Moreau", "Bastien Roy",
        "Margaux Lefèvre", "Karim Haddad",
    ),
    "GB": (
        "Oliver Hughes", "Priya Nair", "Callum Reid", "Sophie Bennett", "Amara Osei", "George Whitfield",
        "Hannah Clarke", "Imran Malik", "Freya Douglas",
    ),
    "PT": (
        "Beatriz Nunes", "Tiago Ramos", "Inês Carvalho", "Rui Fonseca", "Catarina Lopes", "Duarte Pires",
        "Marta Teixeira",
    ),
    "US": (
        "Grace Holloway", "Marcus Reed", "Jasmine Tran", "Luis Ortega", "Emily Sanders", "Darnell Brooks",
        "Sofia Ramirez", "Tyler Novak", "Aisha Grant", "Kevin O'Rourke", "Megan Yazzie", "Andre Baptiste",
    ),
    "SE": (
        "Elin Bergström", "Axel Lindqvist", "Saga Nyström", "Johan Åkesson", "Maja Holm", "Viktor Sand",
    ),
    "IT": (
        "Giulia Ricci", "Lorenzo Conti", "Chiara De Santis", "Marco Galli", "Elena Bruno", "Davide Sala",
    ),
    "PL": (
        "Zofia Nowak", "Jakub Wiśniewski", "Maja Kowalczyk", "Tomasz Zając", "Hanna Mazur", "Piotr Lis",
    ),
    "NL": ("Sanne de Vries", "Daan Bakker", "Fatima el Amrani", "Lotte Jansen", "Ruben Smit"),
    "AU": ("Matilda Hayes", "Lachlan Wright", "Mei Chen", "Cooper Doyle", "Ruby Thornton"),
    "IE": ("Aoife Kelly", "Cian Murphy", "Niamh Byrne", "Darragh Walsh", "Saoirse Nolan"),
}  # fmt: skip

PHONES: Mapping[str, str] = {
    "DE": "+49 30 23125 {:03d}",
    "FR": "+33 1 99 00 {:02d} {:02d}",
    "GB": "+44 20 7946 0{:03d}",
    "PT": "+351 21 300 {:04d}",
    "US": "+1 212 555 01{:02d}",
    "SE": "+46 8 465 004 {:02d}",
    "IT": "+39 06 9876 {:04d}",
    "PL": "+48 22 300 {:04d}",
    "NL": "+31 20 700 {:04d}",
    "AU": "+61 2 5550 {:04d}",
    "IE": "+353 20 910 {:04d}",
}

CURRENCIES: Mapping[str, str] = {"US": "USD", "GB": "GBP"}
"""All others buy in the workspace's own currency."""

TITLES = (
    "Head of operations",
    "Plant manager",
    "Managing director",
    "Purchasing manager",
    "Warehouse manager",
    "Automation engineer",
    "Finance director",
)

DEAL_THEMES = (
    "picking cell",
    "palletising line",
    "two mobile robots",
    "pilot installation",
    "service contract",
    "packing station",
    "fleet extension",
    "vision inspection",
    "night-shift automation",
    "second site rollout",
)

# Name, stock number, unit price in the workspace's currency, tax in percent.
PRODUCTS: tuple[tuple[str, str, str, str], ...] = (
    ("Picker arm P3", "NR-P3", "24900", "19"),
    ("Mobile base M1", "NR-M1", "17500", "19"),
    ("Vision kit", "NR-VK", "4800", "19"),
    ("Gripper set, soft", "NR-GS", "1250", "19"),
    ("Safety fence, per metre", "NR-SF", "180", "19"),
    ("Installation day", "NR-IN", "1150", "19"),
    ("Training day", "NR-TR", "950", "19"),
    ("Service plan, one year", "NR-SP", "3600", "19"),
    ("Operator handbook, printed", "NR-HB", "45", "7"),
)

OBJECTIONS = (
    "Too expensive",
    "No budget this year",
    "Happy with what they have",
    "Worried about downtime",
    "Needs the works council",
    "Wants to see a reference",
    "No space on the floor",
)

COMPETITORS = ("Armstead", "Robonova", "Kinetra", "")

LEAD_NOTES = (
    "Met at the trade fair, asked for a demo of the picking cell.",
    "Wants to automate the night shift; two people short since spring.",
    "Downloaded the palletising guide and left a number.",
    "Referred by a customer. Knows our service plan already.",
    "Runs three sites; the oldest is to be rebuilt next year.",
    "",
    "",
)

CALL_NOTES = (
    "Walked through the floor plan. The conveyor is lower than we thought.",
    "Talked about cycle times: they need 600 picks an hour.",
    "Liked the video. Asked for a visit to a running site.",
    "Went through the offer line by line.",
    "Their controller joins next time.",
    "They compare us with two others until the end of the month.",
    "Short call, they were on the shop floor.",
    "Asked what happens when a gripper breaks at night.",
)

MEETINGS = (
    "Walk through the floor plan",
    "Demo of the picking cell",
    "Visit with the production manager",
    "Offer, line by line",
    "Safety questions",
)
PLACES = (
    "https://meet.northwind.example/floor-plan",
    "Their plant, gate 2",
    "",
    "https://meet.northwind.example/offer",
)
NEXT_STEPS = (
    "Send the floor plan",
    "Invite to a reference site",
    "Answer the safety questions",
    "Call the controller",
    "Send a revised offer",
    "Agree a date for the pilot",
)

LOSS_NOTES = (
    "Decided to wait for the new building.",
    "Another supplier was a fifth cheaper.",
    "The sponsor left the company.",
    "They hire people instead.",
)
