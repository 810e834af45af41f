/// The times and buckets that a query asks for, in numbers that no arithmetic on them can overflow.
struct HistoryRange: Equatable, Sendable {
    let from: Int64
    let through: Int64
    /// One at least.
    let bucketSeconds: Int64

    /// More points than this are never answered: the oldest are left out.
    static let maxPoints = 10_000
    /// Some 35,000 years on either side of 1970, in seconds.
    static let maxTime: Int64 = 1 << 40

    /// Nil if no time is in the range.
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

    /// When the bucket of a time begins; also before 1970 at a multiple of its length.
    func bucket(of time: Int64) -> Int64 {
        let time = Self.clamped(time)
        let rest = time % bucketSeconds
        return time - (rest < 0 ? rest + bucketSeconds : rest)
    }
}

extension [SampleSubject] {
    /// In the order in which a history lists them, by bytes within a kind; the first of too many.
    static func listed(_ subjects: Set<SampleSubject>) -> [SampleSubject] {
        let listed = SampleSubject.Kind.all.flatMap { kind in
            subjects.filter { $0.kind == kind }.sorted { $0.id.utf8.lexicographicallyPrecedes($1.id.utf8) }
        }
        return Array(listed.prefix(HistoryRange.maxPoints))
    }
}
