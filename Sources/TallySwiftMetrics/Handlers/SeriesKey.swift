import Tally

/// The identity of a series: a label, and its dimensions without order, duplicates and empty values.
///
/// Its bytes are those of the label and of each dimension's name and value, each after its length in four bytes.
struct SeriesKey: Sendable {
    let bytes: [UInt8]
    let hash: UInt64

    /// A key that equals no other.
    static let none = SeriesKey(bytes: [], hash: 0)
}
