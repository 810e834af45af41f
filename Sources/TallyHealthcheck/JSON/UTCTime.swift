/// A time of day in UTC, to the second.
package struct UTCTime {
    private let year: Int
    private let month: Int
    private let day: Int
    private let secondOfDay: Int
    /// The day of the week, with Sunday as 0.
    private let weekday: Int

    /// Returns nil for NaN, and for years before 0 or after 9999, which the format cannot express.
    package init?(secondsSinceEpoch: Double) {
        let seconds = secondsSinceEpoch.rounded(.down)
        guard (-62_167_219_200...253_402_300_799).contains(seconds) else { return nil }
        let (day, secondOfDay) = Self.divide(Int(seconds), by: 86_400)
        self.secondOfDay = secondOfDay
        // 1 January 1970 was a Thursday.
        weekday = Self.divide(day + 4, by: 7).remainder
        // Years that begin in March have their leap day at the end. 400 such years form an era of constant length.
        let (era, dayOfEra) = Self.divide(day + 719_468, by: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        // From March on, the lengths of the months, 30 or 31 days, repeat after five months.
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        self.day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        year = era * 400 + yearOfEra + (month <= 2 ? 1 : 0)
    }

    private static func divide(_ value: Int, by divisor: Int) -> (quotient: Int, remainder: Int) {
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }

    /// The time in HTTP's format: `Thu, 10 Sep 2026 09:00:00 GMT`.
    ///
    /// https://www.rfc-editor.org/rfc/rfc9110#section-5.6.7
    package var httpDate: String {
        let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        var bytes = Array("\(weekdays[weekday]), ".utf8)
        Self.append(day, to: &bytes)
        bytes += " \(months[month - 1]) ".utf8
        Self.append(year / 100, to: &bytes)
        Self.append(year % 100, to: &bytes)
        bytes.append(UInt8(ascii: " "))
        appendTime(to: &bytes)
        return String(decoding: bytes, as: UTF8.self) + " GMT"
    }

    /// Appends the time in RFC 3339's format: `2026-09-10T09:00:00Z`.
    ///
    /// https://www.rfc-editor.org/rfc/rfc3339#section-5.6
    func append(to bytes: inout [UInt8]) {
        Self.append(year / 100, to: &bytes)
        Self.append(year % 100, to: &bytes)
        for value in [month, day] {
            bytes.append(UInt8(ascii: "-"))
            Self.append(value, to: &bytes)
        }
        bytes.append(UInt8(ascii: "T"))
        appendTime(to: &bytes)
        bytes.append(UInt8(ascii: "Z"))
    }

    private func appendTime(to bytes: inout [UInt8]) {
        Self.append(secondOfDay / 3600, to: &bytes)
        for value in [secondOfDay / 60 % 60, secondOfDay % 60] {
            bytes.append(UInt8(ascii: ":"))
            Self.append(value, to: &bytes)
        }
    }

    private static func append(_ value: Int, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value / 10))
        bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value % 10))
    }
}
