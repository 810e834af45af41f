/// Writes fields of protobuf messages.
///
/// https://protobuf.dev/programming-guides/encoding/
struct ProtobufWriter {
    private(set) var bytes: [UInt8] = []

    mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }

    mutating func append(_ other: [UInt8]) { bytes += other }

    mutating func varint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    /// Small magnitudes of either sign take few bytes.
    mutating func zigzag(_ value: Int64) { varint(UInt64(bitPattern: (value << 1) ^ (value >> 63))) }

    mutating func varint(_ field: Int, _ value: UInt64) {
        varint(UInt64(field) << 3)
        varint(value)
    }

    mutating func zigzag(_ field: Int, _ value: Int64) {
        varint(UInt64(field) << 3)
        zigzag(value)
    }

    mutating func fixed(_ value: UInt64) {
        for shift in stride(from: UInt64(0), to: 64, by: 8) { bytes.append(UInt8(truncatingIfNeeded: value >> shift)) }
    }

    mutating func fixed(_ field: Int, _ value: UInt64) {
        varint(UInt64(field) << 3 | 1)
        fixed(value)
    }

    mutating func double(_ field: Int, _ value: Double) { fixed(field, value.bitPattern) }

    mutating func data(_ field: Int, _ value: some Collection<UInt8>) {
        varint(UInt64(field) << 3 | 2)
        varint(UInt64(value.count))
        bytes += value
    }

    mutating func string(_ field: Int, _ value: String) { data(field, value.utf8) }

    /// Writes a message within the message, or packed numbers, and then their length in front of them.
    mutating func nested(_ field: Int, _ body: (inout Self) -> Void) {
        varint(UInt64(field) << 3 | 2)
        let place = bytes.count
        bytes.append(0)
        body(&self)
        let length = bytes.count - place - 1
        if length < 0x80 {
            bytes[place] = UInt8(length)
        } else {
            var prefix = ProtobufWriter()
            prefix.varint(UInt64(length))
            bytes.replaceSubrange(place...place, with: prefix.bytes)
        }
    }

    /// Writes a `google.protobuf.Timestamp`. Omits a time that it cannot express.
    mutating func timestamp(_ field: Int, _ time: UnixTime?) {
        guard let time else { return }
        nested(field) { message in
            message.varint(1, time.seconds)
            if time.nanos > 0 { message.varint(2, time.nanos) }
        }
    }
}

/// A time since the Unix epoch, as messages express it.
struct UnixTime {
    let seconds: UInt64
    /// The nanoseconds of the second, below one thousand million.
    let nanos: UInt64

    /// Nil for a time that is not a number, before 1970 or after the year 2500.
    @inline(__always)
    init?(_ secondsSinceEpoch: Double) {
        let bits = secondsSinceEpoch.bitPattern
        // From 2004 to 2038: 22 binary digits behind the point.
        if bits &>> 52 == 1023 &+ 30 {
            let fixed = bits & 0xF_FFFF_FFFF_FFFF | 0x10_0000_0000_0000
            seconds = fixed &>> 22
            nanos = ((fixed & 0x3F_FFFF) &* 1_000_000_000) &>> 22
            return
        }
        guard secondsSinceEpoch >= 0, secondsSinceEpoch < 0x1p34 else { return nil }
        let whole = secondsSinceEpoch.rounded(.down)
        seconds = UInt64(whole)
        nanos = min(999_999_999, UInt64((secondsSinceEpoch - whole) * 1e9))
    }

    /// Nanoseconds since the epoch. A time below 2^34 seconds fits.
    var total: UInt64 { seconds * 1_000_000_000 + nanos }
}
