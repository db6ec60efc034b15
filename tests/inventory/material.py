"""Files of a small deployment, good ones; tests change one thing."""

from __future__ import annotations

from pathlib import Path

from lawful.law.vocabulary import load_vocabulary

ROOT = Path(__file__).resolve().parents[2]
FILES = (ROOT / "rulebook" / "vocabulary").glob("*.toml")
VOCABULARY = load_vocabulary({path.name: path.read_bytes() for path in FILES})

ORGANISATION = """\
[[person]]
id = "ann"
name = "Ann"
roles = ["privacy_engineer"]
[[person]]
id = "ben"
name = "Ben"
roles = ["dpo"]
[[person]]
id = "cai"
name = "Cai"
roles = ["counsel"]
[[entity]]
id = "shop"
name = { en = "Shop", zh = "店" }
kept = ["eu.gdpr.37"]
[entity.facts]
controller_region = "IE"
[entity.roles.ads]
title = { en = "ads", zh = "广告" }
region = "IE"
[[entity.record]]
rule = "eu.gdpr.37.officer"
done = 2024-05-01T09:00:00Z
label = "DPO-1"
"""

ACTIVITY = """\
id = "ads-eu"
entity = "shop"
purpose = "personalised_advertising"
operation = "profile"
title = { en = "advertising", zh = "广告" }
roles = ["ads"]
needed = ["identifier", "transaction", "residence"]
mask = { default = "empty", birth_date = "age_band", contact = "token" }
kept = ["cn.pipl.55"]
[facts]
lawful_bases = ["consent"]
automated_decision = false
interests_balanced = true
controller_role = "controller"
[[record]]
rule = "cn.pipl.55.assess"
done = 2026-01-01T00:00:00Z
items = ["purpose"]
label = "PIA-88"
"""

DATASET = """\
dataset = "sample"
[facts]
stored_in = ["IE"]
[[subject]]
name = "customer"
table = "customers"
key = "customer_id"
category = "identifier"
[subject.facts.birth_date]
column = "birth_date"
[subject.facts.subject_located_in]
column = "country"
values = { UK = "GB" }
[subject.facts.consent_given]
table = "consents"
key = "customer_id"
column = "state"
match = { purpose = "$purpose", channel = 1 }
latest_by = "recorded_at"
values = { given = true, refused = false, withdrawn = false }
no_row_means = false
reason = { en = "no consent row means no", zh = "无记录即未同意" }
[subject.facts.objected]
table = "objections"
key = "customer_id"
column = "lifted_at"
null_means = true
other_means = false
no_row_means = "no"
reason = { en = "an objection stands until lifted", zh = "反对在撤销前有效" }
[subject.facts.told]
table = "notices"
key = "customer_id"
column = "items"
separator = ","
no_row_means = []
reason = { en = "what no notice says was not told", zh = "未告知" }
[[table]]
name = "orders"
[table.facts]
stored_in = ["SG"]
[table.roles.buyer]
subject = "customer"
column = "buyer_id"
[table.roles.gift_recipient]
subject = "customer"
column = "gift_recipient_id"
no_subject = "none"
reason = { en = "most orders are no gifts", zh = "多数订单不是礼品" }
[table.columns]
buyer_id = { category = "identifier", roles = ["buyer"] }
delivery_address = { category = ["address", "phone"] }
amount = { category = "transaction" }
note = {}
[[table]]
name = "products"
personal = false
reason = { en = "no personal data", zh = "不含个人信息" }
[[table]]
name = "puzzles"
undecided = true
"""
