from acme import Settings

from actions_core import Context, RequestOptions


def common_options(data: Context[Settings]) -> RequestOptions:
    return RequestOptions(headers={"x-key": data.settings.apikey})  # mistake
