/// The byte format of an engine's HyperLogLog, so that the engine can compute the union of many sketches.
///
/// Merge only sketches that Tally wrote, because those that an engine builds use a different hash. The exception is a
/// Redis sketch that `PFADD` built from the eight bytes of each identifier's keyed hash, lowest first.
public struct DistinctSketchFormat: Sendable, Hashable, CustomStringConvertible {
    enum Kind: Sendable, Hashable {
        case redis
        case postgresql
        case dataSketches
    }

    let kind: Kind
    /// The engine's name.
    public let description: String

    /// The value of a key in Redis and Valkey: `SET` it, then use `PFCOUNT` and `PFMERGE`.
    ///
    /// Tally writes the dense encoding, 12,304 bytes. It reads the dense and sparse ones that `GET` returns.
    /// https://github.com/redis/redis/blob/7.0.0/src/hyperloglog.c
    public static let redis = DistinctSketchFormat(kind: .redis, description: "Redis")

    /// The type `hll(14,5)` of the PostgreSQL extension postgresql-hll: cast `'\x…'::hll`, then `hll_union_agg`.
    ///
    /// Tally writes full values, 10,243 bytes. It reads full, sparse and empty values, but not explicit ones, whose
    /// identifiers the extension hashed itself, nor the undefined one. Registers have five bits, so ranks above 31 are
    /// written as 31: no difference below some billions of users.
    /// https://github.com/aggregateknowledge/hll-storage-spec/blob/master/STORAGE.md
    public static let postgresql = DistinctSketchFormat(kind: .postgresql, description: "postgresql-hll")

    /// The HLL sketch of Apache DataSketches with `lg_k` 14, type HLL_8, for a union of `lg_max_k` 14.
    ///
    /// Tally writes the dense form, 16,424 bytes, marked as out of order because the order of the users is unknown. It
    /// reads all forms of `lg_k` 14: HLL_4, HLL_6 and HLL_8, list and set, compact and updatable.
    /// https://github.com/apache/datasketches-cpp/blob/5.2.0/hll/include/HllUtil.hpp
    public static let dataSketches = DistinctSketchFormat(kind: .dataSketches, description: "DataSketches")
}
