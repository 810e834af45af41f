/// The buckets of a native histogram, as read by a scrape.
struct NativeCounts: Sendable {
    struct Bucket: Sendable, Equatable {
        /// Prometheus' number of the bucket, see ``OctaveGrid``.
        var key: Int
        var count: UInt64
    }

    /// The coarsest schema: 16 octaves in a bucket.
    static let minSchema = -4

    var schema = 0
    /// The maximum number of buckets that a series exposes.
    var maxBuckets = 0
    var zeroThreshold = 0.0
    var zeroCount: UInt64 = 0
    /// The buckets in use, by ascending key.
    private(set) var positive: [Bucket] = []
    private(set) var negative: [Bucket] = []
    /// The sum of all counts, at most `Int.max`.
    private(set) var total: UInt64 = 0

    var bucketCount: Int { positive.count + negative.count }

    mutating func removeAll() {
        positive.removeAll(keepingCapacity: true)
        negative.removeAll(keepingCapacity: true)
        zeroCount = 0
        total = 0
    }

    /// Adds a count to the total. Returns the part that fits: scrapers reject counts that do not add up.
    mutating func admit(_ count: UInt64) -> UInt64 {
        let admitted = min(count, UInt64(Int64.max) - total)
        total += admitted
        return admitted
    }

    mutating func addPositive(_ key: Int, _ count: UInt64) {
        let count = admit(count)
        if count > 0 { positive.append(Bucket(key: key, count: count)) }
    }

    mutating func addNegative(_ key: Int, _ count: UInt64) {
        let count = admit(count)
        if count > 0 { negative.append(Bucket(key: key, count: count)) }
    }

    /// Lowers the schema by one, which merges pairs of neighbouring buckets.
    mutating func halveSchema() {
        schema -= 1
        Self.merge(&positive)
        Self.merge(&negative)
    }

    /// Lowers the schema until each side has at most ``maxBuckets`` from its first to its last bucket in use. For
    /// formats that also list the empty buckets.
    mutating func limitSpan() {
        while max(Self.span(positive), Self.span(negative)) > maxBuckets, schema > Self.minSchema { halveSchema() }
    }

    private static func span(_ buckets: [Bucket]) -> Int {
        guard let first = buckets.first, let last = buckets.last else { return 0 }
        return last.key - first.key + 1
    }

    private static func merge(_ buckets: inout [Bucket]) {
        var end = 0
        for bucket in buckets {
            // Rounds up, because a bucket is named after its upper bound.
            let key = (bucket.key + 1) >> 1
            if end > 0, buckets[end - 1].key == key {
                buckets[end - 1].count += bucket.count
            } else {
                buckets[end] = Bucket(key: key, count: bucket.count)
                end += 1
            }
        }
        buckets.removeSubrange(end...)
    }
}
