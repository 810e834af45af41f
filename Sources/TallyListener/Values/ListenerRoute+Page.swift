internal import TallyHealthcheck
public import TallyPage

extension ListenerRoute {
    /// Creates a route that serves a status page, behind the same authorization as the metrics.
    ///
    /// - Parameters:
    ///   - page: The page. Keep it for the life of the server, because it holds the history.
    ///   - path: The path of the page, and of its polls.
    public static func page(_ page: StatusPage, at path: String = "/status") -> ListenerRoute {
        // A thread of its own, because observed instruments may block, and a blocked pool must not hide its reason.
        ListenerRoute(path, executor: ThreadExecutor()) { request in
            let answer = await page.response(
                accept: request.header("Accept"),
                query: request.query,
                ifNoneMatch: request.header("If-None-Match")
            )
            return ListenerResponse(status: answer.status, headers: answer.headers, body: answer.body)
        }
    }
}
