/// A container as its engine lists it, for a host to say whose it is.
public struct EngineContainer: Hashable, Sendable {
    /// As the engine names it: 64 hexadecimal digits.
    public let id: String
    /// Its name, without the slash that Docker puts before it; the id if it has none.
    public let name: String
    /// The image it was made from, as it was asked for.
    public let image: String
    /// Its labels.
    public let labels: [String: String]

    package init(id: String, name: String, image: String = "", labels: [String: String] = [:]) {
        self.id = id
        self.name = name
        self.image = image
        self.labels = labels
    }

    /// The subject's name that is taken unless a host says otherwise: what stays the same when a container is replaced.
    ///
    /// `project/service` of Compose, `namespace/pod/container` of Kubernetes, the service's name of Swarm; else the
    /// container's name.
    public var subjectName: String {
        if let service = labels["com.docker.compose.service"] {
            return [labels["com.docker.compose.project"], service].compactMap(\.self).joined(separator: "/")
        }
        if let pod = labels["io.kubernetes.pod.name"] {
            return [labels["io.kubernetes.pod.namespace"], pod, labels["io.kubernetes.container.name"]]
                .compactMap(\.self).joined(separator: "/")
        }
        return labels["com.docker.swarm.service.name"] ?? name
    }
}
