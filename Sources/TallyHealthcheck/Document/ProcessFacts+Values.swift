internal import Tally

extension ProcessFacts {
    /// The facts as a document shows them.
    var values: HealthValues {
        [
            "pid": .integer(id),
            "startedAt": Self.time(startSeconds),
            "cpuSeconds": cpuSeconds.map { .number($0) } ?? .null,
            "residentMemoryBytes": residentBytes.map { .number($0) } ?? .null,
            "threads": threads.map { .unsigned($0) } ?? .null,
        ]
    }

    private static func time(_ secondsSinceEpoch: Double?) -> HealthValue {
        guard let time = secondsSinceEpoch.flatMap(UTCTime.init(secondsSinceEpoch:)) else { return .null }
        var bytes: [UInt8] = []
        time.append(to: &bytes)
        return .string(String(decoding: bytes, as: UTF8.self))
    }
}
