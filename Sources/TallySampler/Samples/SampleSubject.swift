internal import Tally

/// The user of the resources in a sample: the host, this process, a container or a control group.
public struct SampleSubject: Hashable, Sendable, CustomStringConvertible {
    /// A kind of subject. More may be added.
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

    /// The kind of subject.
    public let kind: Kind
    private let name: ByteName
    /// The name within the kind, compared by its bytes; empty where there is only one.
    public var id: String { name.text }

    init(kind: Kind, id: String) {
        self.kind = kind
        name = ByteName(id)
    }

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
}
