"""A SELECT with the law's conditions in it: parsed, decided, recorded, and only then read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import attrs

from lawful.decide.verdicts import Categories, Verdict, best_of
from lawful.enforce.answer import ChangedColumn, QueryAnswer, changed_columns
from lawful.enforce.conditions import Conditions
from lawful.enforce.population import Writing
from lawful.enforce.protect import (
    Coded,
    RolePlan,
    TablePlan,
    code_population,
    masked_columns,
    plan_verdicts,
    replacement,
    withheld_sql,
)
from lawful.enforce.record import event_of, payload_of
from lawful.enforce.sql import Catalog, Column, Parsed, Reference, Refusal, Table, parse, rewrite
from lawful.enforce.withheld import Withheld
from lawful.evidence.events import Event
from lawful.gate.deployment import Deployment
from lawful.gate.use import Use, use_of
from lawful.inventory.model import Dataset, Population, ProtectedTable, Role
from lawful.law.thing import Thing
from lawful.stores.model import ColumnInfo, Session, Store
from lawful.terms.errors import UsageError
from lawful.terms.ids import DecisionId
from lawful.terms.outcomes import Outcome


class SqlRefused(UsageError):
    """A statement that is not run (exit 2); ``refusal`` has the caret, ``decision`` the evidence."""

    code = "sql.refused"

    def __init__(self, refusal: Refusal, decision: DecisionId, hint: str = "") -> None:
        super().__init__(
            f"{refusal.message}\n{refusal.caret}", code=refusal.code, hint=hint or refusal.hint
        )
        self.refusal, self.decision = refusal, decision


def run_query(
    deployment: Deployment,
    sql: str,
    *,
    purpose: str,
    store: str = "",
    actor: str = "",
    execute: bool = True,
    limit: int = 0,
    on: date | None = None,
    door: str = "python",
) -> QueryAnswer:
    """Answer a query as if every protected table were its lawful view for this purpose and reader.

    ``actor`` is ``ENTITY/ROLE``; entity and purpose select the one approved activity. ``limit`` 0 is all rows.

    Raises: UsageError: no or several activities, an unknown store or role. SqlRefused: the statement is not
        run, and the refusal is recorded. EnvironmentFailure: store or evidence not reachable; nothing is read.
    """
    source = deployment.store(store)
    dataset = deployment.dataset(source.name)
    use = use_of(deployment, dataset, purpose=purpose, actor=actor, on=on)
    with deployment.session(source) as session:
        tables = source.catalog()
        parsed = parse(sql, catalog_of(source, tables, dataset))
        if isinstance(parsed, Refusal):
            raise _refused(deployment, use, parsed, sql, tables, dataset, door)
        runner = _Runner(deployment, source, dataset, use, session, tables)
        return runner.run(parsed, execute=execute, limit=limit, door=door)


def catalog_of(
    store: Store, tables: Mapping[str, tuple[ColumnInfo, ...]], dataset: Dataset
) -> Catalog:
    """The tables that a query may name: those of the store that the dataset file describes."""
    found = {}
    for name, columns in tables.items():
        described = dataset.find_table(name)
        if described is not None:
            found[name] = Table(
                name=name,
                columns=tuple(Column(name=each.name, type=each.type) for each in columns),
                protected=described.personal,
            )
    return Catalog(dialect=store.dialect, tables=found)


def _refused(
    deployment: Deployment,
    use: Use,
    refusal: Refusal,
    sql: str,
    tables: Mapping[str, object],
    dataset: Dataset,
    door: str,
) -> SqlRefused:
    decision = deployment.new_id()
    deployment.evidence.append(
        Event(
            kind="refusal",
            id=decision,
            entity=use.entity,
            purpose=use.activity.purpose,
            operation=use.activity.operation,
            outcome="refused",
            door=door,
            book=deployment.book.hash,
        ),
        {"sql": sql, "code": refusal.code, "line": refusal.line, "column": refusal.column},
    )
    undescribed = [
        name for name in tables if dataset.find_table(name) is None and name.lower() in sql.lower()
    ]
    hint = (
        f'Describe the table in {dataset.file}: [[table]] name = "{undescribed[0]}"'
        if undescribed
        else ""
    )
    return SqlRefused(refusal, decision, hint)


class _Runner:
    """One query in one snapshot."""

    def __init__(
        self,
        deployment: Deployment,
        store: Store,
        dataset: Dataset,
        use: Use,
        session: Session,
        tables: Mapping[str, tuple[ColumnInfo, ...]],
    ) -> None:
        self.deployment, self.store, self.dataset, self.use = deployment, store, dataset, use
        self.session, self.tables = session, tables
        self.named = 0
        self.plans: dict[int, TablePlan] = {}
        self.things: dict[str, Thing] = {}
        self.coded: dict[tuple[str, int], Coded] = {}
        self.made: dict[
            tuple[str, int, tuple[Categories, ...]], tuple[str, dict[int, Verdict]]
        ] = {}

    def run(self, parsed: Parsed, *, execute: bool, limit: int, door: str) -> QueryAnswer:
        for reference in parsed.references:
            table = self.dataset.find_table(reference.table)
            if table is not None and table.personal:
                self.plans[reference.id] = self.plan(reference, table)
        rewritten = rewrite(parsed, {key: plan.sql for key, plan in self.plans.items()})
        held = self.withheld()
        mode = self.deployment.mode(self.store.name, self.use.activity.purpose)
        outcome, deciding = self.outcome()
        answer = QueryAnswer(
            sql=parsed.sql,
            rewritten=rewritten,
            mode=mode,
            outcome=outcome,
            deciding=deciding,
            use=self.use,
            book=self.deployment.book,
            references=parsed.references,
            influences=parsed.influences,
            withheld=held,
            changed=self.changed(),
            columns=parsed.output_columns,
            rows=(),
            more=False,
            exact=self.use.role == "privacy_engineer",
            executed=False,
            decision=self.deployment.new_id(),
            store=self.store.name,
        )
        self.record(answer, door)
        if not execute or (mode == "enforce" and outcome is not Outcome.LAWFUL):
            return answer
        return self.read(answer, parsed.sql if mode == "observe" else rewritten, limit)

    def plan(self, reference: Reference, table: ProtectedTable) -> TablePlan:
        """What stands for one reference to a protected table."""
        infos = (
            self.tables[table.name] if table.name in self.tables else self.tables[reference.table]
        )
        columns = masked_columns(
            table, infos, reference.columns, self.use.activity, self.deployment.vocabulary
        )
        named = [each for each in columns if each.name in reference.columns]
        roles = {role for each in named for role in (each.roles or tuple(table.roles))} or set(
            table.roles
        )
        thing = self.thing(table)
        plans = []
        for name in sorted(roles):
            role = table.roles[name]
            sets = tuple(
                dict.fromkeys(
                    each.categories
                    for each in columns
                    if each.slot is not None and name in each.roles
                )
            )
            population = self.dataset.populations[role.subject]
            plans.append(self.role_plan(role, population, sets, thing))
        sql = replacement(
            table,
            columns,
            {each.name: each.type for each in infos},
            tuple(plans),
            self.store.dialect,
            self.use.latest_day(self.deployment.book.zones).isoformat(),
        )
        return TablePlan(table=table, roles=tuple(plans), columns=columns, sql=sql)

    def role_plan(
        self, role: Role, population: Population, columns: tuple[Categories, ...], thing: Thing
    ) -> RolePlan:
        """A role's verdicts; populations and verdicts that another role has already had made are shared."""
        place = (population.name, id(thing))
        if place not in self.coded:
            conditions = Conditions(self.deployment.decider, thing, population.facts)
            self.coded[place] = code_population(
                self.session, conditions, population, self.name(), self.writing()
            )
        made = (*place, columns)
        if made not in self.made:
            name = self.name()
            found = plan_verdicts(
                self.session, self.coded[place], columns, name, self.store.dialect
            )
            self.made[made] = (name, found)
        table, verdicts = self.made[made]
        return RolePlan(
            role=role, coded=self.coded[place], table=table, columns=columns, verdicts=verdicts
        )

    def name(self) -> str:
        """A fresh name for a temporary table."""
        self.named += 1
        return f"lawful_{self.named}"

    def thing(self, table: ProtectedTable) -> Thing:
        """The use over a table, the same object for tables of which nothing else is said."""
        if table.name not in self.things:
            self.things[table.name] = self.use.over(table.facts)
        return self.things[table.name]

    def writing(self) -> Writing:
        return Writing(
            vocabulary=self.deployment.vocabulary,
            dialect=self.store.dialect,
            purpose=self.use.activity.purpose,
            entity=self.use.entity,
            read=self.session.rows,
        )

    def withheld(self) -> tuple[Withheld, ...]:
        """Counts per protected table and role, whatever the query's own conditions are."""
        found: dict[tuple[str, str], Withheld] = {}
        for plan in self.plans.values():
            for role in plan.roles:
                key = (plan.table.name, role.role.name)
                if key not in found:
                    found[key] = self._count(plan, role)
        return tuple(found[key] for key in sorted(found))

    def _count(self, plan: TablePlan, role: RolePlan) -> Withheld:
        groups = {
            str(why): int(str(rows))
            for why, rows in self.session.rows(withheld_sql(plan.table, role, self.store.dialect))
        }
        given = groups.pop("", 0)
        return Withheld(
            table=plan.table.name,
            role=role.role.name,
            rows=given + sum(groups.values()),
            given=given,
            groups=groups,
        )

    def outcome(self) -> tuple[Outcome, str]:
        """Lawful if something of every protected table may be given; else the best answer there was."""
        return best_of(
            role.verdicts.values() for plan in self.plans.values() for role in plan.roles
        )

    def changed(self) -> tuple[ChangedColumn, ...]:
        return changed_columns(self.plans.values(), self.deployment, self.use)

    def record(self, answer: QueryAnswer, door: str) -> None:
        """Make the decision durable; nothing of the result was read before."""
        self.deployment.evidence.append(
            event_of(answer, door),
            payload_of(answer, self.plans.values(), demand_review=self.deployment.demand_review),
        )

    def read(self, answer: QueryAnswer, sql: str, limit: int) -> QueryAnswer:
        rows: list[tuple[object, ...]] = []
        more = False
        found = self.session.rows(sql)
        for row in found:
            if limit and len(rows) >= limit:
                more = True
                break
            rows.append(row)
        return attrs.evolve(
            answer, rows=tuple(rows), more=more, executed=True, columns=found.columns
        )
