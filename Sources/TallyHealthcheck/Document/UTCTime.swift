/// A time of day in UTC, to the second, as RFC 3339 writes it: `2026-09-10T09:00:00Z`.
///
/// https://www.rfc-editor.org/rfc/rfc3339#section-5.6
struct UTCTime {
    private let year: Int
    private let month: Int
    private let day: Int
    private let secondOfDay: Int

    /// Nil for NaN, and for years before 0 or after 9999, which the format cannot say.
    init?(secondsSinceEpoch: Double) {
        let seconds = secondsSinceEpoch.rounded(.down)
        guard (-62_167_219_200...253_402_300_799).contains(seconds) else { return nil }
        let (day, secondOfDay) = Self.divide(Int(seconds), by: 86_400)
        self.secondOfDay = secondOfDay
        // Years that begin in March have their leap day at the end; 400 of them are an era, and always as long.
        let (era, dayOfEra) = Self.divide(day + 719_468, by: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        // Months from March on, of 30 or 31 days in a pattern that repeats after five of them.
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        self.day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        year = era * 400 + yearOfEra + (month <= 2 ? 1 : 0)
    }

    private static func divide(_ value: Int, by divisor: Int) -> (quotient: Int, remainder: Int) {
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }

    func append(to bytes: inout [UInt8]) {
        Self.append(year / 100, to: &bytes)
        Self.append(year % 100, to: &bytes)
        for (separator, value) in [("-", month), ("-", day), ("T", secondOfDay / 3600)] as [(Unicode.Scalar, Int)] {
            bytes.append(UInt8(ascii: separator))
            Self.append(value, to: &bytes)
        }
        for value in [secondOfDay / 60 % 60, secondOfDay % 60] {
            bytes.append(UInt8(ascii: ":"))
            Self.append(value, to: &bytes)
        }
        bytes.append(UInt8(ascii: "Z"))
    }

    private static func append(_ value: Int, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value / 10))
        bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value % 10))
    }
}
