/// The time range and bucket length of a query, clamped so that arithmetic on them cannot overflow.
struct HistoryRange: Equatable, Sendable {
    let from: Int64
    let through: Int64
    /// At least 1.
    let bucketSeconds: Int64

    /// The maximum number of points in a series. Older ones are omitted.
    static let maxPoints = 10_000
    /// The maximum number of points in an answer, about 50 MB.
    static let maxAnswer = 1_000_000
    /// About 35,000 years before and after 1970, in seconds.
    static let maxTime: Int64 = 1 << 40

    init?(from: Int64, through: Int64, bucketSeconds: Int64 = 1) {
        guard from <= through else { return nil }
        self.from = Self.clamped(from)
        self.through = Self.clamped(through)
        self.bucketSeconds = max(1, min(bucketSeconds, Self.maxTime))
    }

    static func clamped(_ time: Int64) -> Int64 { max(-maxTime, min(time, maxTime)) }

    /// The last multiple of a length that is not after a time, also before 1970.
    static func floor(_ time: Int64, to length: Int64) -> Int64 {
        let time = clamped(time)
        let rest = time % length
        return time - (rest < 0 ? rest + length : rest)
    }

    /// The start of a time's bucket: a multiple of the bucket's length.
    func bucket(of time: Int64) -> Int64 { Self.floor(time, to: bucketSeconds) }

    /// True if a bucket is not wholly inside the range.
    func isPartial(_ bucket: Int64) -> Bool { bucket < from || bucket + bucketSeconds - 1 > through }
}

extension HistoryError {
    static let answerTooLarge = HistoryError(
        .tooLarge,
        "the answer exceeds \(HistoryRange.maxAnswer) points: query fewer subjects or longer buckets"
    )
}
