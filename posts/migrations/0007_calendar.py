
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def count_lines(apps, schema_editor):
    """Files brought before: long ones are judged by the worker from now on."""
    batches = apps.get_model("posts", "ImportBatch")
    for batch in batches.objects.annotate(lines=models.Count("rows")):
        batches.objects.filter(pk=batch.pk).update(size=batch.lines, step="judging" if batch.lines > 200 else "shown")


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0003_workspace'),
        ('posts', '0005_media_work'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='OwnDay',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=120)),
                ('first', models.DateField()),
                ('last', models.DateField()),
                ('yearly', models.BooleanField(default=False)),
            ],
            options={
                'ordering': ['first', 'pk'],
            },
        ),
        migrations.AddField(
            model_name='importbatch',
            name='claimed_until',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='importbatch',
            name='reached',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='importbatch',
            name='size',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='importbatch',
            name='step',
            field=models.CharField(default='shown', max_length=8),
        ),
        migrations.AddField(
            model_name='importbatch',
            name='submit',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='importrow',
            name='troubles',
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name='importrow',
            name='verdict',
            field=models.CharField(blank=True, max_length=8),
        ),
        migrations.AddIndex(
            model_name='importbatch',
            index=models.Index(condition=models.Q(('step', 'shown'), _negated=True), fields=['id'], name='import_at_work'),
        ),
        migrations.AddField(
            model_name='ownday',
            name='unit',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='own_days', to='accounts.unit'),
        ),
        migrations.RunPython(count_lines, migrations.RunPython.noop),
    ]
