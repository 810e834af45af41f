/// Whose resources a sample tells of: the host, this process, a container or a control group.
public struct SampleSubject: Hashable, Sendable, CustomStringConvertible {
    /// What kind of subject it is. More may be added.
    public struct Kind: Hashable, Sendable, CustomStringConvertible {
        /// Its name, as stored: `[a-z_]+`.
        public let description: String

        /// The machine, or what the kernel shows of it.
        public static let host = Kind(description: "host")
        /// The process that samples.
        public static let process = Kind(description: "process")
        /// A container, by the name that its host knows it by.
        public static let container = Kind(description: "container")
        /// A control group, by its path.
        public static let controlGroup = Kind(description: "control_group")

        /// In the order in which subjects are listed.
        package static let all: [Kind] = [.host, .process, .container, .controlGroup]
    }

    /// What kind of subject it is.
    public let kind: Kind
    /// Which of its kind; empty where there is only one.
    public let id: String

    /// The machine.
    public static let host = SampleSubject(kind: .host, id: "")
    /// The process that samples.
    public static let process = SampleSubject(kind: .process, id: "")
    /// A container or the service it belongs to, by the name its source gives it.
    public static func container(_ id: String) -> SampleSubject { SampleSubject(kind: .container, id: id) }
    /// A control group, by its path below the mount: `system.slice/cron.service`.
    public static func controlGroup(_ path: String) -> SampleSubject { SampleSubject(kind: .controlGroup, id: path) }

    /// Kind and id: `container web`.
    public var description: String { id.isEmpty ? kind.description : "\(kind) \(id)" }

    /// Whether both are of one kind and their ids are the same bytes: a name that is spelled with other scalars is
    /// another file's or container's, however alike they look.
    public static func == (one: SampleSubject, other: SampleSubject) -> Bool {
        one.kind == other.kind && one.id.utf8.elementsEqual(other.id.utf8)
    }

    /// Feeds the kind and the bytes of the id.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(kind)
        hasher.combine(bytesOf: id)
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

extension Hasher {
    /// A text by its bytes, where `combine` would take two spellings of one character for the same.
    mutating func combine(bytesOf text: String) {
        for byte in text.utf8 { combine(byte) }
        combine(0xFF as UInt8)
    }
}
