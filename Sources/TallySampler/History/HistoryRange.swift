/// The time range and bucket length of a query, clamped so that arithmetic on them cannot overflow.
struct HistoryRange: Equatable, Sendable {
    let from: Int64
    let through: Int64
    /// At least 1.
    let bucketSeconds: Int64

    /// The maximum number of points in an answer. Older ones are omitted.
    static let maxPoints = 10_000
    /// About 35,000 years before and after 1970, in seconds.
    static let maxTime: Int64 = 1 << 40

    init?(from: Int64, through: Int64, bucketSeconds: Int64 = 1) {
        guard from <= through else { return nil }
        self.from = Self.clamped(from)
        self.through = Self.clamped(through)
        self.bucketSeconds = max(1, min(bucketSeconds, Self.maxTime))
    }

    init?(_ query: HistoryQuery) {
        self.init(from: query.from, through: query.through, bucketSeconds: query.bucketSeconds)
    }

    static func clamped(_ time: Int64) -> Int64 { max(-maxTime, min(time, maxTime)) }

    /// The start of a time's bucket: a multiple of the bucket's length, also before 1970.
    func bucket(of time: Int64) -> Int64 {
        let time = Self.clamped(time)
        let rest = time % bucketSeconds
        return time - (rest < 0 ? rest + bucketSeconds : rest)
    }
}

extension [SampleSubject] {
    /// The subjects by kind, sorted by bytes within a kind, and truncated to `maxPoints`.
    static func listed(_ subjects: Set<SampleSubject>) -> [SampleSubject] {
        let listed = SampleSubject.Kind.all.flatMap { kind in
            subjects.filter { $0.kind == kind }.sorted { $0.id.utf8.lexicographicallyPrecedes($1.id.utf8) }
        }
        return Array(listed.prefix(HistoryRange.maxPoints))
    }
}
