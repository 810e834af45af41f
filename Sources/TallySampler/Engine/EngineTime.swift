#if Docker
/// The time at which an engine read the statistics. https://www.rfc-editor.org/rfc/rfc3339#section-5.6
struct EngineTime: Comparable, Sendable {
    let nanosecondsSinceEpoch: Int64

    /// Nil for malformed text, and outside the years 1970 to 2200. Engines send year 1 if they have not read anything.
    init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count >= 20,
            let year = bytes[0..<4].number, let month = bytes[5..<7].number, let day = bytes[8..<10].number,
            let hour = bytes[11..<13].number, let minute = bytes[14..<16].number, let second = bytes[17..<19].number,
            1970...2200 ~= year, 1...12 ~= month, 1...31 ~= day, hour < 24, minute < 60, second <= 60,
            bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"), bytes[13] == UInt8(ascii: ":"),
            bytes[16] == UInt8(ascii: ":")
        else { return nil }
        var rest = bytes[19...]
        var nanoseconds: UInt64 = 0
        if rest.first == UInt8(ascii: ".") {
            let digits = rest.dropFirst().prefix { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
            guard !digits.isEmpty else { return nil }
            rest = rest[digits.endIndex...]
            let nine = Array(digits.prefix(9)) + Array(repeating: UInt8(ascii: "0"), count: max(0, 9 - digits.count))
            nanoseconds = nine.number ?? 0
        }
        guard let offset = Self.offset(rest) else { return nil }
        let days = Self.days(year: Int64(year), month: Int64(month), day: Int64(day))
        let seconds = days * 86_400 + Int64(hour * 3600 + minute * 60 + second) - offset
        nanosecondsSinceEpoch = seconds * 1_000_000_000 + Int64(nanoseconds)
    }

    static func < (one: EngineTime, two: EngineTime) -> Bool {
        one.nanosecondsSinceEpoch < two.nanosecondsSinceEpoch
    }

    /// The offset `Z` or `+01:30`, in seconds. Podman uses its local time zone.
    private static func offset(_ text: ArraySlice<UInt8>) -> Int64? {
        if text.count == 1, text.first == UInt8(ascii: "Z") || text.first == UInt8(ascii: "z") { return 0 }
        let bytes = Array(text)
        guard bytes.count == 6, bytes[0] == UInt8(ascii: "+") || bytes[0] == UInt8(ascii: "-"),
            bytes[3] == UInt8(ascii: ":"), let hours = bytes[1..<3].number, let minutes = bytes[4..<6].number,
            hours < 24,
            minutes < 60
        else { return nil }
        let offset = Int64(hours * 3600 + minutes * 60)
        return bytes[0] == UInt8(ascii: "-") ? -offset : offset
    }

    /// The days since 1970-01-01. Years are counted from March, so that the leap day is their last.
    private static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
        let shifted = month > 2 ? month - 3 : month + 9
        let year = month > 2 ? year : year - 1
        let leapDays = year / 4 - year / 100 + year / 400
        // The days before the month, counted from March: 0, 31, 61, 92, …
        let before = (153 * shifted + 2) / 5
        return year * 365 + leapDays + before + day - 1 - 719_468
    }
}
#endif
