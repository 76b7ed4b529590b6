"""moto in this process: its server's application, and the objects behind it."""

import os
import threading
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Request, Response

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


class Moto:
    """One account in all regions. moto is not made for threads: `lock` is held around each use."""

    def __init__(self) -> None:
        # Thousands of old images that nobody here asks for would be loaded for each region.
        os.environ["MOTO_EC2_LOAD_DEFAULT_AMIS"] = "false"
        from moto.core.base_backend import BackendDict
        from moto.core.models import DEFAULT_ACCOUNT_ID
        from moto.ec2.models import ec2_backends
        from moto.ec2.utils import filter_dict_attribute_mapping
        from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

        BackendDict.reset()  # its state is the process's; a new stand-in starts empty
        filter_dict_attribute_mapping["client-token"] = "client_token"  # moto 5.2.5 answers 500 without
        self.lock = threading.RLock()
        self._backends = ec2_backends[DEFAULT_ACCOUNT_ID]
        self._app: WSGIApplication = DomainDispatcherApplication(create_backend_app)

    def ec2(self, region: str) -> Any:
        """EC2's objects in a region, made on first use."""
        return self._backends[region]

    def ask(self, request: Request) -> Response:
        """moto's own answer."""
        environ = {**request.environ, "wsgi.input": BytesIO(request.get_data())}
        return Response.from_app(self._app, environ, buffered=True)

    def launch(self, request: Request, region: str, begin: Callable[[Any], None]) -> tuple[Response, Any]:
        """moto's own answer to `RunInstances`, and the reservation it made, `None` where it refused.

        `begin` has each new instance before the answer is written, so that this says how they are then.
        """
        made = None

        def run(*arguments: Any, **named: Any) -> Any:
            nonlocal made
            made = type(backend).run_instances(backend, *arguments, **named)
            for instance in made.instances:
                begin(instance)
            return made

        backend = self.ec2(region)
        backend.run_instances = run
        try:
            return self.ask(request), made
        finally:
            del backend.run_instances

    def instances(self) -> Iterator[Any]:
        """Every instance in every region that was used."""
        for backend in list(self._backends.values()):
            for reservation in list(backend.reservations.values()):
                yield from reservation.instances
