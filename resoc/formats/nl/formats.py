"""Dutch as it is written in Belgium."""

from resoc.formats import moments

DATE_INPUT_FORMATS = ["%d-%m-%Y", "%d-%m-%y", "%d/%m/%Y", "%d/%m/%y", "%d.%m.%Y"]
TIME_INPUT_FORMATS = ["%H:%M", "%H:%M:%S", "%H.%M", "%Hu%M", "%H u %M"]
DATETIME_INPUT_FORMATS = moments(DATE_INPUT_FORMATS, TIME_INPUT_FORMATS)
