/// The bytes in which an existing engine keeps a HyperLogLog, so that it can do the union of many sketches.
///
/// Each engine agrees on the union only among sketches that Tally wrote: what it builds itself goes by another hash,
/// except where Redis is given (`PFADD`) the eight bytes of an identifier's keyed hash.
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
    /// Written dense, 12,304 bytes. Read dense and sparse, as `GET` returns them.
    /// https://github.com/redis/redis/blob/7.0.0/src/hyperloglog.c
    public static let redis = DistinctSketchFormat(kind: .redis, description: "Redis")

    /// The type `hll(14,5)` of the PostgreSQL extension postgresql-hll: cast `'\x…'::hll`, then `hll_union_agg`.
    ///
    /// Written full, 10,243 bytes. Read full, sparse and empty. Its registers have five bits, so ranks above 31 are
    /// written as 31 and stay so when read back: no difference below some billions of users. Explicit values, which the
    /// extension makes of identifiers that it hashes itself, and the undefined value cannot be read.
    /// https://github.com/aggregateknowledge/hll-storage-spec/blob/master/STORAGE.md
    public static let postgresql = DistinctSketchFormat(kind: .postgresql, description: "postgresql-hll")

    /// The HLL sketch of Apache DataSketches with `lg_k` 14, type HLL_8, for a union of `lg_max_k` 14.
    ///
    /// Written dense, 16,424 bytes, marked as out of order, since it is not known in which order users came. Read in
    /// all forms of `lg_k` 14: HLL_4, HLL_6 and HLL_8, list and set, compact and updatable.
    /// https://github.com/apache/datasketches-cpp/blob/5.2.0/hll/include/HllUtil.hpp
    public static let dataSketches = DistinctSketchFormat(kind: .dataSketches, description: "DataSketches")
}
