"""The files of the made-up deployment."""

from __future__ import annotations

CONFIG = """
version = 1
[stores.s]
url = "{kind}:///s.db"
dataset = "datasets/s.toml"
"""
ORGANISATION = """
[[person]]
id = "a"
name = "A"
roles = ["privacy_engineer"]
[[person]]
id = "b"
name = "B"
roles = ["dpo"]
[[entity]]
id = "shop"
name = { en = "Shop", zh = "店" }
[entity.facts]
controller_region = "IE"
established_in = ["IE"]
offered_in = ["DE"]
enterprise_size = "large"
[entity.roles.privacy_engineer]
title = { en = "engineer", zh = "工程师" }
region = "IE"
"""
ACTIVITY = """
id = "ads"
entity = "shop"
purpose = "personalised_advertising"
operation = "profile"
title = { en = "ads", zh = "广告" }
roles = ["privacy_engineer"]
needed = ["identifier", "transaction", "health", "religion"]
mask = { default = "empty", email = "token", birth_date = "age_band" }
[facts]
lawful_bases = ["consent"]
services = ["online_platform"]
offered_to_children = false
processing_features = []
consent_flaws = []
"""
DATASET = """
dataset = "s"
[facts]
stored_in = ["IE"]
processed_in = ["IE"]
[[subject]]
name = "person"
table = "people"
key = "id"
category = "identifier"
[subject.facts.subject_located_in]
column = "country"
[subject.facts.collected_in]
column = "country"
[subject.facts.birth_date]
column = "born"
[subject.facts.consent_given]
table = "consents"
key = "person"
column = "state"
match = { purpose = "$purpose" }
latest_by = "since"
values = { given = true, refused = false }
no_row_means = false
reason = { en = "no row means no", zh = "无记录即否" }
[subject.facts.consent_withdrawn]
column = "withdrawn"
[subject.facts.objected]
column = "objected"
null_means = false
reason = { en = "NULL: none was made", zh = "空值：未提出" }
[subject.facts.consent_explicit]
column = "explicit"
[[table]]
name = "people"
[table.roles.person]
subject = "person"
column = "id"
[table.columns]
id = { category = "identifier" }
country = { category = "transaction" }
born = { category = "birth_date" }
email = { category = "email" }
illness = { category = "health" }
faith = { category = "religion" }
withdrawn = {}
[[table]]
name = "orders"
[table.roles.buyer]
subject = "person"
column = "buyer"
[table.roles.gift]
subject = "person"
column = "gift"
no_subject = "none"
reason = { en = "most are no gifts", zh = "多数并非礼物" }
[table.columns]
n = { category = "transaction", roles = ["buyer"] }
buyer = { category = "identifier", roles = ["buyer"] }
gift = { category = "identifier", roles = ["gift"] }
note = { category = "transaction", roles = ["buyer", "gift"] }
[[table]]
name = "goods"
personal = false
reason = { en = "goods", zh = "商品" }
"""
POLICY_INSTRUMENT = """
id = "policy.x"
jurisdiction = "company"
title = { en = "Policy", zh = "政策" }
short = { en = "Policy X", zh = "政策X" }
zone = "UTC"
force = "policy"
[scope]
use = ["data_state = 'personal'"]
[sources.s]
read = "here"
"""
POLICY = """# Joint

```toml
article = "policy.x.1"
citation = "Policy X-1"
citation_en = "Policy X-1"
source = "s"
verified = true
provisions = []
```

```toml
[[rule]]
id = "policy.x.1.together"
duty = { en = "not together", zh = "不得并用" }
when = ["has_any(data, 'email')", "has_any(data, 'transaction')", "subject_located_in = 'FR'"]
otherwise = "block"
```
"""
