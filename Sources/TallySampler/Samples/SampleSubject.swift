internal import Tally

/// The consumer of the resources in a sample: the host, this process, a control group, or a container by its owner.
///
/// A container's subject is its owner, which may be of any kind, so that a program can use the ids of its own tables:
///
/// ```swift
/// let subject = SampleSubject(kind: "instance", id: "42", name: "web")
/// ```
///
/// Subjects are equal if their kinds and ids are. The name is for display only.
public struct SampleSubject: Hashable, Sendable, CustomStringConvertible {
    /// A kind of subject. Kinds other than `host`, `process` and `control_group` are those of containers.
    public struct Kind: Hashable, Sendable, CustomStringConvertible, ExpressibleByStringLiteral {
        private let name: ByteName
        /// The kind's name, as stored. Compared by its bytes.
        public var description: String { name.text }

        /// Creates the kind with this name, such as `instance`.
        public init(_ name: String) {
            self.name = ByteName(name.withoutNUL)
        }

        /// Creates the kind with this name, such as `instance`.
        public init(stringLiteral name: String) {
            self.init(name)
        }

        /// The machine, or the part of it that the kernel shows.
        public static let host = Kind("host")
        /// The process that runs the sampler.
        public static let process = Kind("process")
        /// A container, or the service that it belongs to.
        public static let container = Kind("container")
        /// A control group.
        public static let controlGroup = Kind("control_group")

        /// True for containers, by whatever kind of owner.
        package var isContainer: Bool { self != .host && self != .process && self != .controlGroup }
    }

    /// The kind of subject.
    public let kind: Kind
    private let key: ByteName
    /// The id within the kind, compared by its bytes. Empty if the kind has only one subject.
    public var id: String { key.text }
    /// A name for display. The id, unless given.
    public let name: String

    /// Creates a subject, usually the owner of containers.
    ///
    /// - Parameters:
    ///   - kind: A kind of your own, or ``Kind/container``.
    ///   - id: The id within the kind. Ignored for the host and this process, of which there is one each.
    ///   - name: A name for display, by default the id. The history keeps the latest one.
    public init(kind: Kind, id: String, name: String? = nil) {
        let id = kind == .host || kind == .process ? "" : id
        self.kind = kind
        key = ByteName(id.withoutNUL)
        self.name = name?.withoutNUL ?? key.text
    }

    /// The machine.
    public static let host = SampleSubject(kind: .host, id: "")
    /// The process that runs the sampler.
    public static let process = SampleSubject(kind: .process, id: "")
    /// A container or the service that it belongs to, by the name that its source gives it.
    public static func container(_ id: String) -> SampleSubject { SampleSubject(kind: .container, id: id) }
    /// A control group, by its path relative to the mount point: `system.slice/cron.service`.
    public static func controlGroup(_ path: String) -> SampleSubject { SampleSubject(kind: .controlGroup, id: path) }

    /// The kind and the id, such as `container web`.
    public var description: String { id.isEmpty ? kind.description : "\(kind) \(id)" }

    /// True if kind and id are equal.
    public static func == (one: SampleSubject, other: SampleSubject) -> Bool {
        one.kind == other.kind && one.key == other.key
    }

    /// Hashes kind and id.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(kind)
        hasher.combine(key)
    }
}

extension [SampleSubject] {
    /// The subjects in the order of an answer, truncated to `limit`: the host, this process, containers by kind and id,
    /// then control groups by path.
    static func listed(_ subjects: some Sequence<SampleSubject>, limit: Int = .max) -> [SampleSubject] {
        Array(subjects.sorted(by: SampleSubject.precedes).prefix(limit))
    }
}

extension SampleSubject {
    static func precedes(_ one: SampleSubject, _ other: SampleSubject) -> Bool {
        if one.kind == other.kind { return one.key < other.key }
        let (place, otherPlace) = (one.kind.place, other.kind.place)
        if place != otherPlace { return place < otherPlace }
        return one.kind.description.utf8.lexicographicallyPrecedes(other.kind.description.utf8)
    }
}

extension String {
    /// The string with NUL replaced, because it would end a string that is bound to a statement of SQLite.
    var withoutNUL: String {
        guard utf8.contains(0) else { return self }
        return String(UnicodeScalarView(unicodeScalars.map { $0.value == 0 ? "\u{FFFD}" : $0 }))
    }
}

extension SampleSubject.Kind {
    fileprivate var place: Int {
        if self == .host { return 0 }
        if self == .process { return 1 }
        return self == .controlGroup ? 3 : 2
    }
}
