internal import Synchronization

/// The bytes of a label set that are one of its labels: those of a string, or of a plain value of up to 8 bytes.
@usableFromInline
struct KeyField: Hashable, Sendable {
    let offset: Int
    /// 1, 2, 4 or 8; 0 for a string.
    let byteCount: Int
}

extension KeyField {
    /// The fields whose bytes tell label sets apart, or nil if some of them do only by their text.
    static func all(of fields: [LabelField]) -> [KeyField]? {
        var keys: [KeyField] = []
        for field in fields {
            switch field.form {
            case .string: keys.append(KeyField(offset: field.offset, byteCount: 0))
            case .bytes(0): continue
            case .bytes(let count): keys.append(KeyField(offset: field.offset, byteCount: count))
            case .text: return nil
            }
        }
        return keys
    }
}

/// The part of an open index that lookups read.
@safe
@usableFromInline
struct OpenLookup: ~Copyable {
    let fields: UnsafeMutablePointer<KeyField>
    private let count: Int
    private let seed: UInt64
    /// The address of the current table; 0 if there is none.
    let table: Atomic<UInt>

    /// Longer strings are looked up by text.
    private static var maxStringBytes: Int { 256 }

    init(_ fields: [KeyField], seed: UInt64) {
        unsafe self.fields = .allocate(capacity: max(1, fields.count))
        for (index, field) in fields.enumerated() { unsafe (self.fields + index).initialize(to: field) }
        count = fields.count
        self.seed = seed
        table = Atomic(0)
    }

    /// The record of a label set whose child is exposed. Neither locks nor allocates. In a read section.
    ///
    /// - Complexity: O(1) expected, and the length of strings.
    @usableFromInline
    func record(of labels: UnsafeRawPointer) -> UnsafeRawPointer? {
        guard let hash = unsafe hash(labels), let record = unsafe record(of: labels, hash) else { return nil }
        let exposure = unsafe record.pointee.exposure
        let state = unsafe exposure.pointee.load(ordering: .relaxed)
        guard state & Exposure.exposed != 0 else { return nil }
        // Written once between two searches for idle children, so that lookups share the cache line.
        if state & Exposure.used == 0 { unsafe markUsed(exposure) }
        return UnsafeRawPointer(record)
    }

    @inline(never)
    private func markUsed(_ exposure: UnsafeMutablePointer<Atomic<UInt8>>) {
        _ = unsafe exposure.pointee.bitwiseOr(Exposure.used, ordering: .relaxed)
    }

    /// The record of a label set, exposed or not. In a read section, or under the family's lock.
    @_transparent
    func record(of labels: UnsafeRawPointer, _ hash: UInt64) -> UnsafeMutablePointer<OpenRecord>? {
        let address = table.load(ordering: .sequentiallyConsistent)
        guard let buckets = unsafe UnsafePointer<Atomic<UInt64>>(bitPattern: address) else { return nil }
        let shift = unsafe buckets.pointee.load(ordering: .relaxed)
        var position = hash &>> shift
        while true {
            let bucket = unsafe buckets + Int(truncatingIfNeeded: 1 &+ 2 &* position)
            let found = unsafe bucket.pointee.load(ordering: .acquiring)
            if found == hash {
                let address = unsafe (bucket + 1).pointee.load(ordering: .relaxed)
                let record = unsafe UnsafeMutablePointer<OpenRecord>(bitPattern: UInt(truncatingIfNeeded: address))
                if let record = unsafe record, unsafe matches(labels, record.pointee.key) { return unsafe record }
            }
            if found == 0 { return nil }
            position = (position &+ 1) & ((1 &<< (64 &- shift)) &- 1)
        }
    }

    // MARK: Keys

    /// The hash of a label set's bytes, never 0; nil if its strings are long or not contiguous.
    @_transparent
    func hash(_ labels: UnsafeRawPointer) -> UInt64? {
        var state = seed
        for index in 0..<count {
            let field = unsafe fields[index]
            guard field.byteCount == 0 else {
                state = unsafe foldedMultiply(word(field, of: labels) ^ 0xA076_1D64_78BD_642F, state)
                continue
            }
            let string = unsafe (labels + field.offset).assumingMemoryBound(to: String.self)
            let next = unsafe string.pointee.utf8.withContiguousStorageIfAvailable { bytes in
                unsafe bytes.count <= Self.maxStringBytes ? mixed(bytes, into: state) : nil
            }
            guard case .some(.some(let hash)) = next else { return nil }
            state = hash
        }
        let hash = finalHash(state)
        return hash == 0 ? 1 : hash
    }

    /// The bytes of a label set, strings with their lengths before them.
    func key(of labels: UnsafeRawPointer) -> [UInt8] {
        var key: [UInt8] = []
        func append(_ word: UInt64) { unsafe withUnsafeBytes(of: word) { unsafe key.append(contentsOf: $0) } }
        for index in 0..<count {
            let field = unsafe fields[index]
            if field.byteCount == 0 {
                let string = unsafe (labels + field.offset).assumingMemoryBound(to: String.self).pointee
                append(UInt64(string.utf8.count))
                key.append(contentsOf: string.utf8)
            } else {
                append(unsafe word(field, of: labels))
            }
        }
        return key
    }

    @_transparent
    private func matches(_ labels: UnsafeRawPointer, _ key: UnsafeRawPointer) -> Bool {
        var cursor = unsafe key
        for index in 0..<count {
            let field = unsafe fields[index]
            let first = unsafe cursor.loadUnaligned(as: UInt64.self)
            unsafe cursor += 8
            guard field.byteCount == 0 else {
                guard unsafe word(field, of: labels) == first else { return false }
                continue
            }
            let length = Int(truncatingIfNeeded: first)
            let stored = unsafe cursor
            let string = unsafe (labels + field.offset).assumingMemoryBound(to: String.self)
            let isEqual = unsafe string.pointee.utf8.withContiguousStorageIfAvailable { bytes in
                guard bytes.count == length else { return false }
                guard let start = bytes.baseAddress else { return true }
                return unsafe equalBytes(UnsafeRawPointer(start), stored, length)
            }
            guard isEqual == true else { return false }
            unsafe cursor += length
        }
        return true
    }

    @_transparent
    private func word(_ field: KeyField, of labels: UnsafeRawPointer) -> UInt64 {
        let bytes = unsafe labels + field.offset
        switch field.byteCount {
        case 1: return UInt64(unsafe bytes.load(as: UInt8.self))
        case 2: return UInt64(unsafe bytes.load(as: UInt16.self))
        case 4: return UInt64(unsafe bytes.load(as: UInt32.self))
        default: return unsafe bytes.load(as: UInt64.self)
        }
    }
}
