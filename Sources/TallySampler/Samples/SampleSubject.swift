internal import Tally

/// The consumer of the resources in a sample: the host, this process, a container or a control group.
public struct SampleSubject: Hashable, Sendable, CustomStringConvertible {
    /// A kind of subject. More may be added.
    public struct Kind: Hashable, Sendable, CustomStringConvertible {
        /// The kind's name, as stored: `[a-z_]+`.
        public let description: String

        /// The machine, or the part of it that the kernel shows.
        public static let host = Kind(description: "host")
        /// The process that runs the sampler.
        public static let process = Kind(description: "process")
        /// A container, or the service that it belongs to.
        public static let container = Kind(description: "container")
        /// A control group.
        public static let controlGroup = Kind(description: "control_group")

        /// All kinds, in the order in which subjects are listed.
        package static let all: [Kind] = [.host, .process, .container, .controlGroup]
    }

    /// The kind of subject.
    public let kind: Kind
    private let name: ByteName
    /// The name within the kind, compared by its bytes. Empty if the kind has only one subject.
    public var id: String { name.text }

    init(kind: Kind, id: String) {
        self.kind = kind
        name = ByteName(id)
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
}
