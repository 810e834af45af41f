import Tally

/// The identity of a series in the memory of a lookup, so that finding an existing series allocates nothing.
///
/// Valid only during the call of `body` in ``with(_:_:seed:_:)``.
struct DimensionReader {
    /// The maximum number of dimensions that a lookup reads, including duplicates and empty ones.
    static let maxDimensions = 256
    /// The maximum length of a label and of a dimension's name.
    static let maxNameBytes = 1024
    /// The length to which values are truncated. The registry would truncate them, too.
    private static let maxValueBytes = 1024

    /// A range of bytes.
    private struct Piece {
        var start: Int
        var count: Int
    }

    private struct Dimension {
        var name: Piece
        var value: Piece
    }

    private let base: UnsafePointer<UInt8>
    private let labelCount: Int
    private let dimensions: UnsafeBufferPointer<Dimension>
    let hash: UInt64
    /// True if a value was truncated.
    private(set) var isShortened = false

    /// Reads a label and its dimensions. Returns nil without calling `body` if they exceed a limit.
    static func with<Result>(
        _ label: String,
        _ dimensions: [(String, String)],
        seed: UInt64,
        _ body: (DimensionReader) -> Result
    ) -> Result? {
        var size = label.utf8.count
        var isShortened = false
        guard size <= maxNameBytes, dimensions.count <= maxDimensions else { return nil }
        for (name, value) in dimensions {
            guard name.utf8.count <= maxNameBytes else { return nil }
            size += name.utf8.count + min(value.utf8.count, maxValueBytes)
            if value.utf8.count > maxValueBytes { isShortened = true }
        }
        return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: size) { bytes in
            withUnsafeTemporaryAllocation(of: Dimension.self, capacity: dimensions.count) { sorted in
                // Without any byte there may be no address, and none is read.
                let base = bytes.baseAddress ?? UnsafeMutablePointer(bitPattern: 1).unsafelyUnwrapped
                var end = copy(label, to: base)
                let labelCount = end
                var count = 0
                for (name, value) in dimensions {
                    let name = Piece(start: end, count: copy(name, to: base + end))
                    end += name.count
                    let value = Piece(start: end, count: copy(value, to: base + end, atMost: maxValueBytes))
                    end += value.count
                    insert(Dimension(name: name, value: value), into: sorted, &count, base)
                }
                removeEmptyValues(of: sorted, &count)
                var reader = DimensionReader(base, labelCount, UnsafeBufferPointer(rebasing: sorted[..<count]), seed)
                reader.isShortened = isShortened
                return body(reader)
            }
        }
    }

    private init(
        _ base: UnsafePointer<UInt8>,
        _ labelCount: Int,
        _ dimensions: UnsafeBufferPointer<Dimension>,
        _ seed: UInt64
    ) {
        self.base = base
        self.labelCount = labelCount
        self.dimensions = dimensions
        var state = mixed(UnsafeBufferPointer(start: base, count: labelCount), into: seed)
        for dimension in dimensions {
            let (name, value) = (dimension.name, dimension.value)
            state = mixed(UnsafeBufferPointer(start: base + name.start, count: name.count), into: state)
            state = mixed(UnsafeBufferPointer(start: base + value.start, count: value.count), into: state)
        }
        hash = finalHash(state)
    }

    /// Copies a text, truncated at a scalar boundary, and returns its length.
    @inline(__always)
    private static func copy(_ text: String, to place: UnsafeMutablePointer<UInt8>, atMost limit: Int = .max) -> Int {
        let count = text.utf8.withContiguousStorageIfAvailable { source -> Int in
            guard let start = source.baseAddress else { return 0 }
            var count = source.count
            if count > limit {
                count = limit
                while count > 0, source[count] & 0xC0 == 0x80 { count -= 1 }
            }
            place.update(from: start, count: count)
            return count
        }
        if let count { return count }
        // A string in another encoding, which exists on Apple's systems only.
        var native = text
        native.makeContiguousUTF8()
        return copy(native, to: place, atMost: limit)
    }

    /// Inserts a dimension by its name. The later one of two with the same name stays.
    @inline(__always)
    private static func insert(
        _ dimension: Dimension,
        into sorted: UnsafeMutableBufferPointer<Dimension>,
        _ count: inout Int,
        _ base: UnsafePointer<UInt8>
    ) {
        var place = count
        while place > 0 {
            let order = compare(sorted[place - 1].name, dimension.name, base)
            if order == 0 {
                sorted[place - 1].value = dimension.value
                return
            }
            if order < 0 { break }
            place -= 1
        }
        var index = count
        while index > place {
            sorted.initializeElement(at: index, to: sorted[index - 1])
            index -= 1
        }
        sorted.initializeElement(at: place, to: dimension)
        count += 1
    }

    /// Compares by length first, because any order will do.
    @inline(__always)
    private static func compare(_ one: Piece, _ other: Piece, _ base: UnsafePointer<UInt8>) -> Int {
        guard one.count == other.count else { return one.count - other.count }
        for index in 0..<one.count {
            let difference = Int(base[one.start + index]) - Int(base[other.start + index])
            if difference != 0 { return difference }
        }
        return 0
    }

    private static func removeEmptyValues(of sorted: UnsafeMutableBufferPointer<Dimension>, _ count: inout Int) {
        var kept = 0
        for index in 0..<count where sorted[index].value.count > 0 {
            sorted[kept] = sorted[index]
            kept += 1
        }
        count = kept
    }

    // MARK: Reading

    /// The dimensions, in no particular order.
    var texts: [(name: String, value: String)] { dimensions.map { (text($0.name), text($0.value)) } }

    private func text(_ piece: Piece) -> String {
        String(decoding: UnsafeBufferPointer(start: base + piece.start, count: piece.count), as: UTF8.self)
    }

    /// A copy that can be kept.
    var key: SeriesKey {
        var bytes: [UInt8] = []
        func append(_ piece: Piece) {
            withUnsafeBytes(of: UInt32(piece.count)) { bytes.append(contentsOf: $0) }
            bytes.append(contentsOf: UnsafeBufferPointer(start: base + piece.start, count: piece.count))
        }
        append(Piece(start: 0, count: labelCount))
        for dimension in dimensions {
            append(dimension.name)
            append(dimension.value)
        }
        return SeriesKey(bytes: bytes, hash: hash)
    }

    @inline(__always)
    func matches(_ key: SeriesKey) -> Bool {
        guard key.hash == hash else { return false }
        return key.bytes.withUnsafeBytes { stored in
            guard var place = stored.baseAddress else { return false }
            let end = place + stored.count
            func isNext(_ piece: Piece) -> Bool {
                guard end - place >= 4 + piece.count, Int(place.loadUnaligned(as: UInt32.self)) == piece.count,
                    equalBytes(place + 4, base + piece.start, piece.count)
                else { return false }
                place += 4 + piece.count
                return true
            }
            guard isNext(Piece(start: 0, count: labelCount)) else { return false }
            for dimension in dimensions {
                guard isNext(dimension.name), isNext(dimension.value) else { return false }
            }
            return place == end
        }
    }
}
