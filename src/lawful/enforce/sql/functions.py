"""Functions and words that a statement may use, per dialect. What is not listed is refused.

Left out on purpose: what reads files, settings, variables, the catalog or the statement
itself, what writes or waits, what raises a text of the caller's choice, what runs SQL from
a string, and ``stats``, which answers with the least and greatest raw value of a column.
"""

from __future__ import annotations

from collections.abc import Mapping

from lawful.enforce.sql.model import Dialect

_DUCKDB = """
abs acos acosh age aggregate any_value apply approx_count_distinct approx_quantile
approx_top_k arbitrary arg_max arg_max_null arg_min arg_min_null argmax argmin array_agg
array_aggr array_aggregate array_append array_apply array_cat array_concat array_contains
array_distance array_distinct array_extract array_filter array_has array_has_all
array_has_any array_indexof array_intersect array_length array_pop_back array_pop_front
array_position array_prepend array_push_back array_push_front array_reduce array_resize
array_reverse array_reverse_sort array_select array_slice array_sort array_to_string
array_transform array_unique array_value array_where array_zip ascii asin asinh atan atan2
atanh avg bar base64 bin bit_and bit_count bit_length bit_or bit_position bit_xor bitstring
bitstring_agg bool_and bool_or cardinality cast cbrt ceil ceiling century char_length
character_length chr coalesce columns concat concat_ws contains corr cos cosh cot count
count_if count_star countif covar_pop covar_samp cume_dist damerau_levenshtein date_add
date_diff date_part date_sub date_trunc datediff datepart datesub datetrunc day dayname
dayofmonth dayofweek dayofyear days_in_month decade decode degrees dense_rank divide
editdist3 element_at encode ends_with entropy enum_code enum_first enum_last enum_range
epoch epoch_ms epoch_ns epoch_us era even exp extract factorial favg fdiv filter first
first_value flatten floor fmod format format_bytes from_base64 from_binary from_hex
from_json fsum gamma gcd generate_series generate_subscripts geomean geometric_mean get_bit
greatest greatest_common_divisor group_concat grouping grouping_id hamming hash hex
histogram histogram_exact hour if ifnull instr isfinite isinf isnan isodow isoyear jaccard
jaro_similarity jaro_winkler_similarity json_array json_array_length json_contains
json_exists json_extract json_extract_path json_extract_path_text json_extract_string
json_group_array json_group_object json_keys json_merge_patch json_object json_quote
json_structure json_transform json_type json_valid json_value julian kahan_sum kurtosis
kurtosis_pop lag last last_day last_value lcase lcm lead least least_common_multiple left
left_grapheme len length length_grapheme levenshtein lgamma list list_aggr list_aggregate
list_any_value list_append list_apply list_avg list_bool_and list_bool_or list_cat
list_concat list_contains list_count list_distance list_distinct list_element list_extract
list_filter list_first list_has list_has_all list_has_any list_indexof list_intersect
list_last list_max list_median list_min list_pack list_position list_prepend list_product
list_reduce list_resize list_reverse list_reverse_sort list_select list_slice list_sort
list_string_agg list_sum list_transform list_unique list_value list_where list_zip listagg
ln log log10 log2 lower lpad ltrim mad make_date make_time make_timestamp make_timestamptz
map map_concat map_contains map_entries map_extract map_extract_value map_from_entries
map_keys map_values max max_by md5 md5_number mean median microsecond millennium millisecond
min min_by minute mismatches mod mode month monthname multiply nanosecond nfc_normalize now
nth_value ntile nullif octet_length ord overlay percent_rank percentile_cont percentile_disc
pi position pow power prefix printf product quantile quantile_cont quantile_disc quarter
radians range rank reduce regexp_escape regexp_extract regexp_extract_all regexp_full_match
regexp_matches regexp_replace regexp_split_to_array regr_avgx regr_avgy regr_count
regr_intercept regr_r2 regr_slope regr_sxx regr_sxy regr_syy repeat replace reverse right
right_grapheme round round_even roundbankers row row_number row_to_json rpad rtrim second
sem set_bit sha1 sha256 sign signbit sin sinh skewness split split_part sqrt starts_with
stddev stddev_pop stddev_samp str_split str_split_regex strftime string_agg string_split
string_split_regex string_to_array strip_accents strlen strpos strptime struct_concat
struct_contains struct_extract struct_insert struct_pack struct_position struct_values
substr substring substring_grapheme subtract suffix sum sumkahan tan tanh time_bucket
timezone timezone_hour timezone_minute to_base to_base64 to_binary to_centuries to_days
to_decades to_hex to_hours to_json to_microseconds to_millennia to_milliseconds to_minutes
to_months to_quarters to_seconds to_timestamp to_weeks to_years today trim trunc try
try_cast try_strptime typeof ucase unbin unhex unicode unnest unpack upper url_decode
url_encode var_pop var_samp variance wavg week weekday weekofyear weighted_avg xor year
yearweek
"""

_SQLITE = """
abs acos acosh asin asinh atan atan2 atanh avg cast ceil ceiling char coalesce cos cosh
count cume_dist date datetime degrees dense_rank exp first_value floor format glob
group_concat hex ifnull iif instr json json_array json_array_length json_each json_extract
json_group_array json_group_object json_insert json_object json_patch json_quote json_remove
json_replace json_set json_tree json_type json_valid julianday lag last_value lead length
like ln log log10 log2 lower ltrim max min mod nth_value ntile nullif percent_rank pi pow
power printf quote radians rank replace round row_number rtrim sign sin sinh sqrt strftime
substr substring sum tan tanh time total trim trunc typeof unicode unixepoch upper
"""

FUNCTIONS: Mapping[Dialect, frozenset[str]] = {
    "duckdb": frozenset(_DUCKDB.split()),
    "sqlite": frozenset(_SQLITE.split()),
}
"""Functions by the name written before the parenthesis."""

_JSON_COLUMNS = (
    "key", "value", "type", "atom", "id", "parent", "fullkey", "path", "json", "root",
)  # fmt: skip

TABLE_FUNCTION_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "json_each": _JSON_COLUMNS,
    "json_tree": _JSON_COLUMNS,
}

TABLE_FUNCTIONS: Mapping[Dialect, frozenset[str]] = {
    "duckdb": frozenset({"unnest", "range", "generate_series"}),
    "sqlite": frozenset({"json_each", "json_tree"}),
}
"""Functions that may stand in FROM. ``histogram`` may not: there it reads a table by name."""

_PAREN_WORDS = """
all and any as between by columns cross cube distinct else escape except exclude exists filter
from group having ilike in intersect interval is join lateral like limit materialized not
offset on or order over partition qualify range recursive rename replace rollup row rows
select sets similar some then to union using values when where with within end

array bit char decimal numeric struct time timestamp varchar glob
"""

PAREN_WORDS = frozenset(_PAREN_WORDS.split())
"""Words of the grammar that may stand before a parenthesis."""

_WORDS = """
anti asc asof at both case collate current current_date current_time current_timestamp date
desc duplicates each false fetch first following for full groups grouping ignore inner isnull
key lambda last leading left localtime localtimestamp match matched name natural next no
notnull null nulls only others outer percent placing preceding regexp respect right semi start
symmetric ties trailing true unbounded window without zone if cast try_cast extract position

bigint blob bool boolean bpchar bytea character datetime double float float4 float8 hugeint
int int1 int2 int4 int8 integer json list long map number precision real short signed smallint
string text timestamptz timetz tinyint ubigint uhugeint uinteger usmallint utinyint uuid
varbinary varying

microsecond microseconds millisecond milliseconds second seconds minute minutes hour hours day
days week weeks month months quarter quarters year years decade decades century centuries
millennium millennia epoch dow isodow doy isoyear timezone era

binary nocase noaccent nfc rtrim
"""

_JUDGED_ELSEWHERE = """
describe explain show summarize pivot unpivot insert update delete returning create drop alter
copy attach detach load install pragma call checkpoint set into sample tablesample reservoir
system bernoulli repeatable version positional
"""

WORDS = PAREN_WORDS | frozenset((_WORDS + _JUDGED_ELSEWHERE).split())
"""Words of the grammar. Those judged elsewhere are refused for what they do, with a reason."""
