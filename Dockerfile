# Elastic-InfoGAN on a CPU. The demo, whose pictures come to ./runs/demo/figures:
#   docker build --tag elastic-infogan .
#   docker run --rm --volume "$PWD/runs:/data/runs" elastic-infogan
# Any other command of `elastic-infogan`, on pictures of your own:
#   docker run --rm --volume "$PWD:/data" elastic-infogan train --dataset=image_folder \
#     --data_dir=PICTURES --num_classes=8
FROM python:3.11-slim

WORKDIR /source
COPY setup.py pyproject.toml README.md ./
COPY elastic_infogan_tf elastic_infogan_tf
COPY tools tools
COPY flags flags
RUN pip install --no-cache-dir ".[heif]"

WORKDIR /data
ENTRYPOINT ["elastic-infogan"]
CMD ["train", "--flagfile=cars_demo.flags", "--model_dir=runs/demo"]
