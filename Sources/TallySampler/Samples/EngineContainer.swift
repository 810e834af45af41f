/// A container as its engine lists it. The closure `owner` of `.docker(…)` returns its subject.
public struct EngineContainer: Hashable, Sendable {
    /// The engine's id: 64 hexadecimal digits.
    public let id: String
    /// The name, without Docker's leading slash; the id if there is none.
    public let name: String
    /// The image, as named when the container was created.
    public let image: String
    /// The container's labels.
    public let labels: [String: String]

    package init(id: String, name: String, image: String = "", labels: [String: String] = [:]) {
        self.id = id
        self.name = name
        self.image = image
        self.labels = labels
    }

    /// The id of the container's default subject, which stays the same when the container is replaced.
    ///
    /// `project/service` for Compose, `namespace/pod/container` for Kubernetes, the service's name for Swarm; otherwise
    /// the container's name.
    public var ownerName: String {
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
